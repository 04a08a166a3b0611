//! The `lasp` program: everything is in the library beside it, so that tests can call it.

fn main() -> std::process::ExitCode {
    lasp_cli::main()
}
