//! Turns `src/grammar.lalrpop` into the parser tables, into cargo's output folder.

fn main() {
    lalrpop::Configuration::new()
        .use_cargo_dir_conventions()
        .emit_rerun_directives(true)
        .process()
        .unwrap_or_else(|error| panic!("src/grammar.lalrpop: {error}"));
}
