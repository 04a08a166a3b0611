//! The subcommands: the one list of them, and a file for each.

pub mod bench;
pub mod check;
pub mod explain;
pub mod feeding;
pub mod graph;
pub mod later;
pub mod loading;
pub mod new;
pub mod plan;
pub mod progress;
pub mod repl;
pub mod replay;
pub mod run;
pub mod runner;

use std::ffi::OsString;

use clap::Subcommand;

use crate::Exit;
use crate::output::Output;

macro_rules! commands {
    ($($(#[$meta:meta])* $name:ident($args:ty),)+) => {
        /// What to do.
        #[derive(Debug, Subcommand)]
        pub enum Command {
            $($(#[$meta])* $name($args),)+
            /// What the list does not have.
            #[command(external_subcommand)]
            Other(Vec<OsString>),
        }

        impl Command {
            /// Does it.
            ///
            /// # Errors
            /// What prevents it, as a sentence for people; [`Usage`](crate::Usage) for wrong use.
            pub fn run(self, output: &mut Output) -> anyhow::Result<Exit> {
                match self {
                    $(Command::$name(args) => args.run(output),)+
                    Command::Other(words) => later::other(&words),
                }
            }
        }
    };
}

commands! {
    /// Make a project that runs
    New(new::Args),
    /// Find all problems of programs, without running them
    Check(check::Args),
    /// Run a program: feeds in, emits and shown values out
    Run(run::Args),
    /// Drive named replicas by hand: a given schedule, step by step
    Replay(replay::Args),
    /// Type definitions, updates and expressions, one at a time
    Repl(repl::Args),
    /// Say what an error code means, or why a result of a program is final or not
    Explain(explain::Args),
    /// Draw the dataflow of a program
    Graph(graph::Args),
    /// Print what the compiler made of a program
    Plan(plan::Args),
    /// Measure what a change costs on this machine, by kind of operator
    Bench(bench::Args),
}
