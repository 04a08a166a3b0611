//! A panic is our defect, never the user's: it says so, and how to report it. The exit code is 101.

use std::io::Write;

/// Replaces the message of a panic.
pub fn install() {
    std::panic::set_hook(Box::new(|info| {
        let message = match (info.payload().downcast_ref::<&str>(), info.payload().downcast_ref::<String>()) {
            (Some(message), _) => (*message).to_string(),
            (_, Some(message)) => message.clone(),
            _ => "no message".to_string(),
        };
        let place = info.location().map_or_else(String::new, |at| format!(" ({}:{})", at.file(), at.line()));
        // The stream may be the very thing that failed, and a panic inside the hook would abort.
        let _ = writeln!(
            std::io::stderr().lock(),
            "\nlasp {} has a defect: this is our bug, not yours.\n\n  {message}{place}\n\n\
             Please report it with the lines above, the command you ran and, if you can, the program and its data.\n\
             With RUST_BACKTRACE=1 the report also says how it got there.\n{}",
            env!("CARGO_PKG_VERSION"),
            backtrace(),
        );
    }));
}

fn backtrace() -> String {
    let trace = std::backtrace::Backtrace::capture();
    match trace.status() {
        std::backtrace::BacktraceStatus::Captured => format!("\n{trace}"),
        _ => String::new(),
    }
}
