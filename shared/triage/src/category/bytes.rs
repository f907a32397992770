//! Reads the files of models. All numbers in them are little-endian.

/// The next bytes of `rest`; none when there are fewer.
pub fn take<const LENGTH: usize>(rest: &mut &[u8]) -> Option<[u8; LENGTH]> {
    let (taken, after) = rest.split_first_chunk()?;
    *rest = after;
    Some(*taken)
}

/// The next numbers of `rest`, of four bytes each; none when there are fewer.
pub fn take_numbers<const COUNT: usize>(rest: &mut &[u8]) -> Option<[f32; COUNT]> {
    let mut numbers = [0.0; COUNT];
    for number in &mut numbers {
        *number = f32::from_le_bytes(take(rest)?);
    }
    Some(numbers)
}
