//! What a join reports is what it did to the visible value: that, all of it, once, and in the announced shape.

use lasp_lattice::{Leaf, Order, PortRow, State};
use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;

use crate::generate::{for_every_kind, same, schedule};
use crate::rows::{End, Event, sum, visible, visible_events};
use crate::world::World;

#[test]
fn a_join_reports_visible_after_minus_visible_before() {
    for_every_kind(file!(), schedule, |kind, schedule| {
        for join in World::run(kind, &schedule).joins {
            let gone: Vec<Event> =
                visible_events(&join.before).into_iter().map(|(row, weight)| (row, -weight)).collect();
            let difference = sum(gone.iter().chain(&visible_events(&join.after)));
            same("reported = after − before", &sum(&join.reported), &difference)?;
            prop_assert_eq!(join.reported.len(), difference.len(), "a row was reported more than once");
            scalars_go_before_they_come(&join.reported)?;
        }
        Ok(())
    });
}

/// `-old` stands directly before `+new`.
fn scalars_go_before_they_come(events: &[Event]) -> TestCaseResult {
    for (at, (row, weight)) in events.iter().enumerate() {
        if *weight < 0 && matches!(row.end, End::Leaf(_)) {
            let next = events.get(at + 1);
            prop_assert!(next.is_some_and(|(new, weight)| (new.port, &new.keys, *weight) == (row.port, &row.keys, 1)));
        }
    }
    Ok(())
}

#[test]
fn rows_have_the_shape_of_their_port() {
    for_every_kind(file!(), schedule, |kind, schedule| {
        let ports = kind.ports();
        for join in World::run(kind, &schedule).joins {
            for (row, weight) in join.reported.iter().chain(&visible_events(&join.after)) {
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
            // A scalar that nothing stands above is always there, from bottom on.
            if ports[0].row == PortRow::Scalar && ports[0].keys == 0 {
                prop_assert_eq!(visible(&join.before).len(), 1);
            }
        }
        prop_assert_eq!(
            visible(&State::bottom(kind)).len(),
            usize::from(ports[0].row == PortRow::Scalar && ports[0].keys == 0)
        );
        Ok(())
    });
}

#[test]
fn what_is_read_moves_as_the_registry_says() {
    for_every_kind(file!(), schedule, |kind, schedule| {
        let order = kind.info().order;
        for join in World::run(kind, &schedule).joins {
            for pair in join.reported.windows(2) {
                let [(old, -1), (new, 1)] = pair else { continue };
                if let (End::Leaf(old), End::Leaf(new)) = (&old.end, &new.end) {
                    let set_at_all = *old != Leaf::Option(None);
                    prop_assert!(order != Order::Grows || new > old);
                    prop_assert!(order != Order::Shrinks || !set_at_all || new < old);
                }
            }
            for (row, weight) in &join.reported {
                match row.end {
                    End::Element(_) if order == Order::Grows => prop_assert_eq!(*weight, 1),
                    End::Nothing if order == Order::Pointwise => prop_assert_eq!(*weight, 1),
                    _ => {}
                }
            }
        }
        Ok(())
    });
}
