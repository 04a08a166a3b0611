//! W7 B: every client counts on a replica of its own, and tells the server what is new after every so many impressions.
//!
//! ```text
//! client 17: views {3: 17→4, 8: 17→1} ─ message: the slots that have grown ─► server: slot by slot the greater, sums
//! ```
//!
//! The result is what the server knows when all have told it everything: the views of each ad. Messages are bytes,
//! encoded by the sender and decoded by the receiver; they are counted. One way only: clients have no use for each
//! other's counts.

use std::sync::Arc;

use lasp_plan::Plan;
use lasp_vm::replica::{Disk, Identity, Replica};

use super::{ADS, CLIENTS, Impression, Worth, ads, impression, program};
use crate::digest::{Digest, of_result, pair};
use crate::element::{Element, Map, map, slot};
use crate::measure::{Case, Entrant, Phase, System};
use crate::ours;
use crate::wire::{Bytes, Reader};
use lasp_gauge::Watch;

/// Impressions are drawn over clients; each exchanges after every `every`th of its own, all at the end.
fn run<K: Element>(
    shown: &[Impression<K>],
    every: usize,
    mut impression: impl FnMut(usize, &K),
    mut exchange: impl FnMut(usize),
) {
    let mut since = vec![0; CLIENTS];
    for it in shown {
        #[allow(clippy::cast_sign_loss, clippy::cast_possible_truncation)] // Clients are numbered from 0.
        let client = it.client as usize;
        impression(client, &it.ad);
        since[client] += 1;
        if since[client] == every {
            since[client] = 0;
            exchange(client);
        }
    }
    (0..CLIENTS).filter(|client| since[*client] > 0).for_each(&mut exchange);
}

/// By hand: a client keeps its counts and which of them have grown; the server every client's slots, and sums.
fn hand<K: Element + Coded>(shown: &[Impression<K>], every: usize) -> Phase {
    struct Client<K: Element> {
        counts: Map<K, u64>,
        grown: Vec<K>,
    }
    struct Server<K: Element> {
        slots: hashbrown::HashMap<(u32, K), u64, K::Hasher>,
        views: Map<K, u64>,
    }
    let watch = Watch::start();
    let clients: Vec<Client<K>> =
        (0..CLIENTS).map(|_| Client { counts: map::<K, u64>(ADS), grown: Vec::new() }).collect();
    let clients = std::cell::RefCell::new(clients);
    let slots = hashbrown::HashMap::with_capacity_and_hasher(CLIENTS * ADS, K::Hasher::default());
    let mut server = Server { slots, views: map::<K, u64>(ADS) };
    let mut sent = 0;
    run(
        shown,
        every,
        |client, ad| {
            let client = &mut clients.borrow_mut()[client];
            let count = slot(&mut client.counts, ad, 0);
            *count += 1;
            if !client.grown.contains(ad) {
                client.grown.push(ad.clone());
            }
        },
        |at| {
            let client = &mut clients.borrow_mut()[at];
            let mut bytes = Bytes::default();
            bytes.number(at as u64);
            bytes.number(client.grown.len() as u64);
            for ad in client.grown.drain(..) {
                bytes.number(client.counts[&ad]);
                ad.write(&mut bytes);
            }
            sent += bytes.0.len() as u64;
            let mut message = Reader(&bytes.0);
            #[allow(clippy::cast_possible_truncation)] // What was written.
            let from = message.number() as u32;
            for _ in 0..message.number() {
                let count = message.number();
                let ad = K::read(&mut message);
                let views = slot(&mut server.views, &ad, 0);
                let slot = server.slots.entry((from, ad)).or_insert(0);
                *views += count.saturating_sub(*slot);
                *slot = count.max(*slot);
            }
        },
    );
    let ns = watch.ns();
    let check = server.views.iter().map(|(ad, views)| pair(ad.digest(), views.digest())).fold(0, u64::wrapping_add);
    Phase { bytes: Some(sent), ..Phase::new("impression", shown.len(), ns, check) }
}

/// Ours: a [`Replica`] for each, with the messages and acknowledgements of the protocol.
fn lasp<K: Element>(plan: &Arc<Plan>, shown: &[Impression<K>], every: usize) -> Phase {
    let start = |key: u64, name: &str, role: &str| {
        let identity = Identity { key, name: name.to_string(), role: Some(role.to_string()) };
        let heir = |_: &lasp_plan::VarPlan| None;
        let (replica, _) =
            Replica::start(plan, &identity, Disk::new(key), || 0, &heir, 0).expect("an empty disk is whole");
        replica
    };
    let event = ours::event_of(plan, "impression");
    let mut server = start(1, "server", "server");
    let clients: Vec<Replica> =
        (0..CLIENTS).map(|client| start(client as u64 + 2, &format!("c{client}"), "client")).collect();
    let clients = std::cell::RefCell::new(clients);
    let mut sent = 0;
    let watch = Watch::start();
    run(
        shown,
        every,
        |client, ad| {
            let fields = vec![ad.value(), lasp_plan::Value::Int(client as i64)];
            clients.borrow_mut()[client].handle(0, ours::event(event, fields));
        },
        |client| {
            let client = &mut clients.borrow_mut()[client];
            if let Some(message) = client.message_for(server.id(), false) {
                let bytes = message.encode(plan);
                sent += bytes.len() as u64;
                let received = server.receive(0, &bytes).expect("a message of this program");
                client.acknowledged(received.ack);
            }
        },
    );
    let ns = watch.ns();
    let views = server.value(ours::shown(plan, "views")).expect("counts fit");
    Phase { bytes: Some(sent), ..Phase::new("impression", shown.len(), ns, of_result(&views)) }
}

/// How an ad is written in a message by hand.
pub trait Coded: Sized {
    /// Writes it.
    fn write(&self, bytes: &mut Bytes);
    /// Reads it.
    fn read(bytes: &mut Reader<'_>) -> Self;
}

impl Coded for i64 {
    fn write(&self, bytes: &mut Bytes) {
        bytes.number(self.cast_unsigned());
    }

    fn read(bytes: &mut Reader<'_>) -> i64 {
        bytes.number().cast_signed()
    }
}

impl Coded for compact_str::CompactString {
    fn write(&self, bytes: &mut Bytes) {
        bytes.text(self);
    }

    fn read(bytes: &mut Reader<'_>) -> compact_str::CompactString {
        bytes.text().into()
    }
}

/// So many impressions over all clients.
pub fn case<K: Element + Coded>(impressions: usize, every: usize) -> Case {
    Case::new("W7", format!("B, apart, told every {every}; {}", K::NAME), impressions, move || {
        let ads = ads::<K>();
        let shown: std::rc::Rc<Vec<Impression<K>>> =
            std::rc::Rc::new((0..impressions).map(|i| impression(i, &ads)).collect());
        let plan = program(K::LASP, Worth::One);
        let ours = shown.clone();
        vec![
            Entrant::new(System::Hand, move || vec![hand(&shown, every)]),
            Entrant::new(System::Lasp, move || vec![lasp(&plan, &ours, every)]),
        ]
    })
}
