//! Order statistics.

use std::time::Duration;

/// The value that so many percent do not exceed; of nothing, zero.
pub fn percentile<T: PartialOrd + Copy + Default>(values: &[T], percent: usize) -> T {
    let mut sorted = values.to_vec();
    sorted.sort_by(|one, other| one.partial_cmp(other).unwrap_or(std::cmp::Ordering::Equal));
    let last = sorted.len().saturating_sub(1);
    sorted.get((last * percent).div_ceil(100)).copied().unwrap_or_default()
}

/// The middle value.
pub fn median<T: PartialOrd + Copy + Default>(values: &[T]) -> T {
    percentile(values, 50)
}

/// A time in milliseconds, as text.
pub fn ms(time: Duration) -> String {
    format!("{:.2} ms", time.as_secs_f64() * 1000.0)
}
