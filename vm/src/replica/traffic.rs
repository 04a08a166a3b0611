//! What the replicas of a fleet send each other, on a network that does what it is told.
//!
//! ```text
//! a ── message ──►╳               lost: it can still be delivered later
//! a ── message ──► b ─┄ ack ┄► a  sync: and once more, if b says that something before it is missing
//! a ── the same ─► b              deliver: again, as often as one likes
//! ```
//!
//! Invariant: nodes are gone through in the order of their names, so a settling is the same every time.
//!
//! Neighbours: `fleet` (who there is), `replica` (what a message is and does), `escrow` (who gets rights).

use super::fleet::{Clocks, Fleet, Happened, Misuse, News, told};
use super::group::Group;

/// How often everybody talks to everybody before a fleet that never settles is given up.
const ROUNDS_MAX: usize = 10_000;

impl Fleet {
    /// One node learns all that another knows; `full` sends everything, whatever it has already.
    ///
    /// # Errors
    /// When one of them is not up.
    pub fn sync(&mut self, from: &str, to: &str, full: bool, clocks: Clocks<'_>) -> Result<Vec<News>, Misuse> {
        let mut news = Vec::new();
        self.exchange(from, to, full, clocks, &mut news)?;
        Ok(news)
    }

    /// What one node would send another is made and lost.
    ///
    /// # Errors
    /// When one of them is not up.
    pub fn lose_message(&mut self, from: &str, to: &str, full: bool) -> Result<(), Misuse> {
        self.send(from, to, full).map(drop)
    }

    /// The last message that was made for another node arrives (again).
    ///
    /// # Errors
    /// When the receiver is not up, or nothing was ever made.
    pub fn deliver(&mut self, from: &str, to: &str, clocks: Clocks<'_>) -> Result<Vec<News>, Misuse> {
        self.up(to)?;
        let Some(bytes) = self.sent.get(&(from.to_string(), to.to_string())).cloned() else {
            return Err(Misuse::NothingSent(from.to_string(), to.to_string()));
        };
        let mut news = Vec::new();
        self.arrive(from, to, &bytes, clocks, &mut news)?;
        Ok(news)
    }

    /// Everybody who is up talks to everybody until nothing changes; then rights go to those who spend, and again.
    ///
    /// # Errors
    /// When that has no end.
    pub fn settle(&mut self, clocks: Clocks<'_>) -> Result<Vec<News>, Misuse> {
        let names: Vec<String> = self.names().filter(|name| self.replica(name).is_some()).map(str::to_string).collect();
        let mut news = Vec::new();
        for _ in 0..ROUNDS_MAX {
            let mut moved = false;
            for from in &names {
                for to in names.iter().filter(|to| *to != from) {
                    let mut heard = Vec::new();
                    moved |= self.exchange(from, to, false, clocks, &mut heard)?;
                    // A message that is refused is offered in each round, and said once.
                    let repeated = |each: &News| matches!(each.what, Happened::Refused { .. }) && news.contains(each);
                    heard.retain(|each| !repeated(each));
                    news.extend(heard);
                }
            }
            if !moved && !self.share_out(&names, clocks, &mut news)? {
                return Ok(news);
            }
        }
        Err(Misuse::Endless)
    }

    /// Makes a message and notes it as the last one; none if there is nothing to say.
    fn send(&mut self, from: &str, to: &str, full: bool) -> Result<Option<Vec<u8>>, Misuse> {
        let neighbour = self.up(to)?.id();
        let message = self.up(from)?.message_for(neighbour, full);
        let bytes = message.map(|message| message.encode(&self.plan));
        if let Some(bytes) = &bytes {
            self.sent.insert((from.to_string(), to.to_string()), bytes.clone());
        }
        Ok(bytes)
    }

    /// A message arrives; gives whether all that it says is now known there.
    fn arrive(
        &mut self,
        from: &str,
        to: &str,
        bytes: &[u8],
        clocks: Clocks<'_>,
        news: &mut Vec<News>,
    ) -> Result<bool, Misuse> {
        match self.up(to)?.receive(clocks(to), bytes) {
            Err(why) => {
                let what = Happened::Refused { from: from.to_string(), why };
                news.push(News { at: to.to_string(), what });
                Ok(false)
            }
            Ok(received) => {
                news.extend(told(to, received.outs));
                // The sender of an old message may be down, or be another incarnation by now: then nobody takes the
                // ack.
                if let Ok(sender) = self.up(from)
                    && sender.id() == received.ack.to
                {
                    sender.acknowledged(received.ack);
                }
                Ok(received.complete)
            }
        }
    }

    /// One message, and a second one if the first was not enough. Whether one was joined.
    fn exchange(
        &mut self,
        from: &str,
        to: &str,
        full: bool,
        clocks: Clocks<'_>,
        news: &mut Vec<News>,
    ) -> Result<bool, Misuse> {
        for _ in 0..2 {
            let Some(bytes) = self.send(from, to, full)? else { return Ok(false) };
            let refusals = news.len();
            if self.arrive(from, to, &bytes, clocks, news)? {
                return Ok(true);
            }
            if news.len() > refusals {
                return Ok(false);
            }
        }
        Ok(false)
    }

    /// Those whose role never spends give their rights to those who do. Whether any moved.
    fn share_out(&mut self, names: &[String], clocks: Clocks<'_>, news: &mut Vec<News>) -> Result<bool, Misuse> {
        let mut moved = false;
        for name in names {
            let mut others = Vec::new();
            for other in names.iter().filter(|other| *other != name) {
                others.push((self.up(other)?.id(), self.role(other).cloned()));
            }
            let role = self.role(name).cloned();
            let plan = self.plan.clone();
            let group: Group = {
                let Some(replica) = self.replica(name) else { continue };
                let state = |var| replica.state(var).clone();
                self.spenders.shares(&plan, replica.id(), role.as_ref(), &others, state)
            };
            if !group.is_empty() {
                let outs = self.up(name)?.write(clocks(name), group);
                news.extend(told(name, outs));
                moved = true;
            }
        }
        Ok(moved)
    }
}
