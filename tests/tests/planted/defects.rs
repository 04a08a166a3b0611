//! The defects: what each gets wrong, and the text that makes it so.

use crate::Defect;

/// One edit per defect, but for those that take two to have an effect.
pub const DEFECTS: &[Defect] = &[
    Defect {
        name: "a union join",
        edits: &[(
            "vm/lattice/src/dot_fun.rs",
            "is_some_and(|mine| held(dot) != Some(mine))",
            "is_some_and(|mine| held(dot) != Some(mine) && false)",
        )],
    },
    Defect {
        name: "the context of a delta is lost",
        edits: &[(
            "vm/lattice/src/past.rs",
            "let mut changed = self.dots.join(&theirs.dots);",
            "let mut changed = false;",
        )],
    },
    Defect {
        name: "a removal carries all that was seen",
        edits: &[(
            "vm/lattice/src/causal.rs",
            "let (store, answer) = self.store.mutate(kind, path, call, &mut draft)?;",
            "let (store, answer) = self.store.mutate(kind, path, call, &mut draft)?;
             if call.method == \"remove\" { draft.past.dots.join(&self.past.dots); }",
        )],
    },
    Defect {
        name: "a counter adds slots up",
        edits: &[(
            "vm/lattice/src/slots.rs",
            "self.put(at, theirs);",
            "let added = self.slots[at].1 + theirs; self.put(at, added);",
        )],
    },
    Defect {
        name: "a clock ignores what it has seen",
        edits: &[(
            "vm/lattice/src/lww.rs",
            "Hlc::after(self.0.as_ref().map(|write| write.clock), call.stamp.now_us)",
            "Hlc::after(None, call.stamp.now_us)",
        )],
    },
    Defect {
        name: "a tie of writes goes to the one that comes later",
        edits: &[(
            "vm/lattice/src/lww.rs",
            "if delta.0 <= self.0 {",
            "let clock = |of: &Self| of.0.as_ref().map(|write| write.clock);
             if *delta == *self || clock(delta) < clock(self) {",
        )],
    },
    Defect {
        name: "a restored disk keeps its incarnation",
        edits: &[(
            "vm/lattice/tests/semantics/incarnations.rs",
            "disk.index = node * INCARNATIONS + incarnation;",
            "disk.index = disk.index.max(incarnation * 0);",
        )],
    },
    Defect {
        name: "a dot is used again when its value is dead",
        edits: &[(
            "vm/lattice/src/causal.rs",
            "let greatest = self.past.dots.greatest(here).max(self.store.greatest(here)).max(noted);",
            "let greatest = self.store.greatest(here).max(noted);",
        )],
    },
    Defect {
        name: "Δ leaves deaths out",
        edits: &[(
            "vm/lattice/src/causal.rs",
            "if self.past.dots.contains(dot) && !self.store.holds(dot) {",
            "if self.past.dots.contains(dot) && !self.store.holds(dot) && false {",
        )],
    },
    Defect {
        name: "a decomposition without its dead dots",
        edits: &[("vm/lattice/src/causal.rs", "piece(dead(Past::of_dot(dot)));", "let _ = dead(Past::of_dot(dot));")],
    },
    Defect {
        name: "undo leaves the context",
        edits: &[("vm/lattice/src/past.rs", "self.dots.forget(&undo.fresh);", "let _ = &undo.fresh;")],
    },
    Defect {
        name: "numbers are read in longer forms too",
        edits: &[("vm/lattice/src/codec.rs", "if byte == 0 && shift > 0 {", "if byte == 0 && shift > 63 {")],
    },
    Defect {
        name: "rights are made by moving them to oneself",
        edits: &[
            ("vm/lattice/src/bcounter.rs", "if n > 0 && from != to {", "if n > 0 {"),
            (
                "vm/lattice/src/bcounter.rs",
                "[(pair.0, -grown), (pair.1, grown)]",
                "[(pair.0, if pair.0 == pair.1 { 0 } else { -grown }), (pair.1, grown)]",
            ),
        ],
    },
    Defect {
        name: "a spend looks at the value, not at the rights",
        edits: &[
            (
                "vm/lattice/src/bcounter.rs",
                "if self.held(replica) < i128::from(n) {\n",
                "if self.made.sum() - self.spent.sum() < i128::from(n) {\n",
            ),
            (
                "vm/lattice/src/bcounter.rs",
                "if self.held(replica) < i128::from(n) { Counted::Short }",
                "if self.made.sum() - self.spent.sum() < i128::from(n) { Counted::Short }",
            ),
        ],
    },
    Defect {
        name: "removing a key forgets the dots of its value",
        edits: &[(
            "vm/lattice/src/ormap.rs",
            "        self.here.kill(draft);\n        self.value.kill(draft);",
            "        self.here.kill(draft);",
        )],
    },
    Defect {
        name: "what was taken back of a sum is forgotten",
        edits: &[(
            "vm/lattice/src/sums.rs",
            "let mine = self.open.get(dot).copied().or(noted);",
            "let mine = self.open.get(dot).copied().or(noted.filter(|_| false));",
        )],
    },
    Defect {
        name: "a sum is closed by others than its writer",
        edits: &[(
            "vm/lattice/src/dot_store.rs",
            "if dot.replica == self.replica {",
            "if dot.replica == self.replica || sum.events > 0 {",
        )],
    },
    Defect {
        name: "the disappearance of a key is not reported",
        edits: &[("vm/lattice/src/ormap.rs", "report.entry(key, -1, row,", "report.entry(key, 0, row,")],
    },
    Defect {
        name: "an addition does not answer a removal",
        edits: &[(
            "vm/lattice/src/rwset.rs",
            "(\"add\", [Arg::Element(x)]) => self.marking([x], true, once, call, draft)?,",
            "(\"add\", [Arg::Element(x)]) => self.marking([x], true, true | once, call, draft)?,",
        )],
    },
    Defect {
        name: "a greatest list keeps one too many",
        edits: &[(
            "vm/lattice/src/topk.rs",
            "while self.items.len() as u64 > self.n {",
            "while self.items.len() as u64 > self.n + 1 {",
        )],
    },
    Defect {
        name: "an index keeps dead dots",
        edits: &[("vm/lattice/src/dot_map.rs", "Fate::Died => drop(index.remove(dot)),", "Fate::Died => {}")],
    },
    Defect {
        name: "a drawn lattice joins to the later in the declaration",
        edits: &[(
            "vm/lattice/src/user.rs",
            "let joined = self.table.join(self.rank, delta.rank);",
            "let joined = self.rank.max(delta.rank);",
        )],
    },
];
