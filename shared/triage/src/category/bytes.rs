//! Reads the files of models. All numbers in them are little-endian.

/// The next bytes of `rest`; none when there are fewer.
pub fn take<const LENGTH: usize>(rest: &mut &[u8]) -> Option<[u8; LENGTH]> {
    let (taken, after) = rest.split_first_chunk()?;
    *rest = after;
    Some(*taken)
}

/// The next `count` numbers of `rest`, of four bytes each; none when there are fewer.
pub fn take_numbers(rest: &mut &[u8], count: usize) -> Option<Vec<f32>> {
    let (taken, after) = rest.split_at_checked(count.checked_mul(4)?)?;
    *rest = after;
    let (numbers, _) = taken.as_chunks();
    Some(numbers.iter().map(|number| f32::from_le_bytes(*number)).collect())
}
