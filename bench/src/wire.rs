//! Bytes as a hand-written program would send them: numbers of seven bits per byte, texts with their length.

/// A message being written.
#[derive(Default)]
pub struct Bytes(pub Vec<u8>);

impl Bytes {
    /// A number, LEB128.
    pub fn number(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.0.push((number & 0x7f) as u8 | 0x80);
            number >>= 7;
        }
        self.0.push(number as u8);
    }

    /// A text behind its length.
    pub fn text(&mut self, text: &str) {
        self.number(text.len() as u64);
        self.0.extend_from_slice(text.as_bytes());
    }
}

/// A message being read. It was written by this program a moment ago, so it is trusted.
pub struct Reader<'b>(pub &'b [u8]);

impl Reader<'_> {
    /// A number.
    ///
    /// # Panics
    /// When the message ends.
    pub fn number(&mut self) -> u64 {
        let mut number = 0;
        let mut shift = 0;
        loop {
            let byte = self.0[0];
            self.0 = &self.0[1..];
            number |= u64::from(byte & 0x7f) << shift;
            shift += 7;
            if byte < 0x80 {
                return number;
            }
        }
    }

    /// A text.
    ///
    /// # Panics
    /// When the message ends, or it is no text.
    pub fn text(&mut self) -> &str {
        #[allow(clippy::cast_possible_truncation)] // A length that was written here.
        let size = self.number() as usize;
        let (text, rest) = self.0.split_at(size);
        self.0 = rest;
        std::str::from_utf8(text).expect("a text was written")
    }
}
