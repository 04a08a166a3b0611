//! scratch
use std::io::Read;
fn main() {
    let mut bytes = Vec::new();
    std::io::stdin().read_to_end(&mut bytes).unwrap();
    let p = lasp_grammar::parse_bytes(&bytes);
    print!("{}", lasp_grammar::dump(&p.file));
    for c in &p.comments {
        println!("comment {:?}", c);
    }
    for e in &p.errors {
        println!(
            "{} {}..{} {:?}{}",
            e.code,
            e.span.start,
            e.span.end,
            e.message,
            if e.unfinished { " UNFINISHED" } else { "" }
        );
        println!("    at {:?}: {}", String::from_utf8_lossy(&bytes[e.span.range()]), e.label);
        for n in &e.notes {
            println!("    note {:?}: {}", String::from_utf8_lossy(&bytes[n.0.range()]), n.1);
        }
        for h in &e.help {
            println!("    help: {h}");
        }
    }
}
