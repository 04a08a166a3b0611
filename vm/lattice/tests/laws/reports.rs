//! What a join reports is what it did to the visible value: that, all of it, once, and in the announced shape.

use lasp_lattice::{Kind, Leaf, Order, PortRow, PortShape, State};
use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;

use crate::generate::schedule;
use crate::rows::{End, Event, Row, Weighted, sum, visible, visible_events};
use crate::runner::{for_every_row, same};
use crate::world::{Join, World};

#[test]
fn a_join_reports_visible_after_minus_visible_before() {
    for_every_row("reports", schedule, |kind, schedule, _| {
        let ports = kind.ports();
        for join in World::run(kind, schedule).joins {
            let before: Vec<Event> = visible_events(&join.before);
            let after = visible_events(&join.after);
            let gone = before.iter().map(|(row, weight)| (row.clone(), -weight)).collect::<Vec<_>>();
            let difference = sum(gone.iter().chain(&after));
            same("reported = after − before", &sum(&join.reported), &difference)?;
            prop_assert_eq!(join.reported.len(), difference.len(), "a row was reported more than once");
            scalars_go_before_they_come(&join.reported)?;
            in_shape(&ports, join.reported.iter().chain(&after))?;
            moves_as_the_registry_says(kind, &join)?;
            // A scalar that nothing stands above is always there, from bottom on.
            for (port, _) in ports.iter().enumerate().filter(|(_, shape)| is_always_there(shape)) {
                prop_assert_eq!(after.iter().filter(|(row, _)| row.port == port).count(), 1);
            }
        }
        let at_bottom: Weighted = visible(&State::bottom(kind));
        prop_assert_eq!(at_bottom.len(), ports.iter().filter(|port| is_always_there(port)).count());
        Ok(())
    });
}

fn is_always_there(port: &PortShape) -> bool {
    port.row == PortRow::Scalar && port.keys == 0
}

/// `-old` stands directly before `+new`, unless a key goes with its value.
fn scalars_go_before_they_come(events: &[Event]) -> TestCaseResult {
    for (at, (row, weight)) in events.iter().enumerate() {
        let stays = |(new, weight): &Event| (new.port, &new.keys, *weight) == (row.port, &row.keys, 1);
        if *weight < 0 && matches!(row.end, End::Leaf(_)) && events.iter().any(stays) {
            prop_assert!(events.get(at + 1).is_some_and(stays), "the new value does not follow the old: {:?}", events);
        }
    }
    Ok(())
}

fn in_shape<'a>(ports: &[PortShape], events: impl Iterator<Item = &'a Event>) -> TestCaseResult {
    for (row, weight) in events {
        prop_assert!(weight.abs() == 1);
        let shape = ports[row.port];
        prop_assert_eq!(row.keys.len(), shape.keys);
        let end = match row.end {
            End::Nothing => PortRow::Keys,
            End::Element(_) => PortRow::Elements,
            End::Leaf(_) => PortRow::Scalar,
        };
        prop_assert_eq!(end, shape.row);
    }
    Ok(())
}

/// What the order of a type promises holds for its own rows: of the parameters' rows their own orders speak.
fn moves_as_the_registry_says(kind: &Kind, join: &Join) -> TestCaseResult {
    let order = kind.info().order;
    let own = |row: &Row| row.keys.is_empty();
    for pair in join.reported.windows(2) {
        let [(old, -1), (new, 1)] = pair else { continue };
        if let (End::Leaf(was), End::Leaf(is)) = (&old.end, &new.end) {
            let grows = match (was, is) {
                (Leaf::Count(was), Leaf::Count(is)) => Some(was < is),
                (Leaf::Bool(was), Leaf::Bool(is)) => Some(was < is),
                (Leaf::Option(was), Leaf::Option(is)) => Some(was < is),
                _ => None,
            };
            if let Some(grows) = grows.filter(|_| own(old)) {
                prop_assert!(order != Order::Grows || grows);
                prop_assert!(order != Order::Shrinks || !grows || *was == Leaf::Option(None));
            }
        }
    }
    for (row, weight) in &join.reported {
        match row.end {
            End::Element(_) if order == Order::Grows => prop_assert_eq!(*weight, 1),
            End::Nothing if matches!(kind, Kind::GMap(_)) && row.port == 0 => prop_assert_eq!(*weight, 1),
            _ => {}
        }
    }
    Ok(())
}
