//! Queues of people who wait for an answer now: Erlang B, Erlang C, and Erlang A for those who give up.

/// Most servers that are reckoned with.
pub const SERVERS: u32 = 100_000;
/// Waiting callers whose part is too small to matter.
const NEGLIGIBLE: f64 = 1e-14;
/// Most callers that wait at once in the sums.
const WAITING: u32 = 1_000_000;

/// What comes, and how long each takes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Load {
    arrivals_per_second: f64,
    handling_seconds: f64,
}

/// A number that is no load or no target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum StaffingError {
    /// Not a number of tickets.
    #[error("the number of tickets must be 0 or more")]
    Tickets,
    /// Not a length of time.
    #[error("a length of time must be more than 0 seconds")]
    Time,
    /// Not a share.
    #[error("a share must be from 0 to 1, and what is left of people's time more than 0")]
    Share,
    /// Nobody could ever work.
    #[error("there must be some time in which people work")]
    NeverOpen,
    /// More people than are reckoned with.
    #[error("it takes more than {SERVERS} people")]
    TooMany,
}

impl Load {
    /// `tickets` in `seconds`, each taking `handling_seconds` of somebody's time.
    ///
    /// # Errors
    /// [`StaffingError::Tickets`] or [`StaffingError::Time`].
    pub fn new(tickets: f64, seconds: f64, handling_seconds: f64) -> Result<Self, StaffingError> {
        if !(tickets.is_finite() && tickets >= 0.0) {
            return Err(StaffingError::Tickets);
        }
        let is_time = |time: f64| time.is_finite() && time > 0.0;
        if !is_time(seconds) || !is_time(handling_seconds) {
            return Err(StaffingError::Time);
        }
        Ok(Self { arrivals_per_second: tickets / seconds, handling_seconds })
    }

    /// Servers that are busy on average if nobody gives up, in Erlang.
    pub fn erlang(self) -> f64 {
        self.arrivals_per_second * self.handling_seconds
    }

    /// How long one takes, in seconds.
    pub fn handling_seconds(self) -> f64 {
        self.handling_seconds
    }
}

/// The share that finds all `servers` busy where nobody waits (Erlang B).
pub fn erlang_b(servers: u32, erlang: f64) -> f64 {
    (1..=servers)
        .fold(1.0, |blocked, server| erlang * blocked / (f64::from(server) + erlang * blocked))
}

/// The share that has to wait where nobody gives up (Erlang C). With as much work as servers or more
/// everybody waits.
pub fn erlang_c(servers: u32, erlang: f64) -> f64 {
    if erlang <= 0.0 {
        return 0.0;
    }
    let servers_f = f64::from(servers);
    if erlang >= servers_f {
        return 1.0;
    }
    let blocked = erlang_b(servers, erlang);
    servers_f * blocked / (servers_f - erlang * (1.0 - blocked))
}

/// How a queue does.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Performance {
    /// The share that has to wait.
    pub waits: f64,
    /// The share that is answered within the target's time.
    pub service_level: f64,
    /// How long one waits on average, in seconds, those who do not wait and those who give up included.
    pub mean_wait_seconds: f64,
    /// The share of the time in which servers are busy.
    pub occupancy: f64,
    /// How many wait on average.
    pub queue: f64,
    /// The share that gives up.
    pub abandons: f64,
}

/// How `servers` do where nobody gives up; none where the queue grows without end.
pub fn without_abandonment(load: Load, servers: u32, target_seconds: f64) -> Option<Performance> {
    let erlang = load.erlang();
    let spare = f64::from(servers) - erlang;
    if erlang > 0.0 && spare <= 0.0 {
        return None;
    }
    let waits = erlang_c(servers, erlang);
    let mean_wait_seconds = if waits > 0.0 { waits * load.handling_seconds / spare } else { 0.0 };
    let still_waiting = (-spare * target_seconds.max(0.0) / load.handling_seconds).exp();
    Some(Performance {
        waits,
        service_level: 1.0 - waits * still_waiting,
        mean_wait_seconds,
        occupancy: if servers == 0 { 0.0 } else { erlang / f64::from(servers) },
        queue: load.arrivals_per_second * mean_wait_seconds,
        abandons: 0.0,
    })
}

/// How `servers` do where those who wait give up after `patience_seconds` on average (Erlang A: the
/// patience is exponential). The service level is the share that is answered within the target's time,
/// of all that come.
///
/// # Errors
/// [`StaffingError::Time`] for a patience that is none.
pub fn with_abandonment(
    load: Load,
    servers: u32,
    patience_seconds: f64,
    target_seconds: f64,
) -> Result<Performance, StaffingError> {
    if !(patience_seconds.is_finite() && patience_seconds > 0.0) {
        return Err(StaffingError::Time);
    }
    let erlang = load.erlang();
    let (arrivals, gives_up) = (load.arrivals_per_second, 1.0 / patience_seconds);
    if arrivals <= 0.0 {
        return Ok(IDLE);
    }
    // Probabilities of the numbers in the system as multiples of that of all servers being busy and
    // nobody waiting. Below it they are those of Erlang B: together 1 / B.
    let below = 1.0 / erlang_b(servers, erlang) - 1.0;
    if !below.is_finite() {
        // So many servers that nobody ever waits.
        return Ok(Performance { occupancy: erlang / f64::from(servers), ..IDLE });
    }
    let (mut probability, mut waiting_sum, mut queue_sum, mut answered) = (1.0, 0.0, 0.0, 0.0);
    let served = f64::from(servers) / load.handling_seconds;
    let mut in_time = InTime::new(served, gives_up, target_seconds.max(0.0));
    for waiting in 0..WAITING {
        waiting_sum += probability;
        queue_sum += f64::from(waiting) * probability;
        answered += probability * in_time.next();
        probability *= arrivals / (served + f64::from(waiting + 1) * gives_up);
        if probability < NEGLIGIBLE * waiting_sum {
            break;
        }
    }
    let all = below + waiting_sum;
    let queue = queue_sum / all;
    let abandons = (gives_up * queue / arrivals).min(1.0);
    Ok(Performance {
        waits: waiting_sum / all,
        service_level: ((below + answered) / all).clamp(0.0, 1.0),
        mean_wait_seconds: queue / arrivals,
        occupancy: if servers == 0 {
            0.0
        } else {
            arrivals * (1.0 - abandons) * load.handling_seconds / f64::from(servers)
        },
        queue,
        abandons,
    })
}

/// A queue that nobody comes to.
const IDLE: Performance = Performance {
    waits: 0.0,
    service_level: 1.0,
    mean_wait_seconds: 0.0,
    occupancy: 0.0,
    queue: 0.0,
    abandons: 0.0,
};

/// The chance of somebody who finds `0, 1, 2, …` waiting to be answered in time.
///
/// He is answered at the step after all before him have been answered or have given up. While `k` of
/// them wait, steps come at a rate of `served + k · gives_up`, so the time `T` until then is a sum of
/// exponential times, and `e^(-gives_up · T)` has a beta distribution.
struct InTime {
    served: f64,
    gives_up: f64,
    target: f64,
    waiting: u32,
}

impl InTime {
    fn new(served: f64, gives_up: f64, target: f64) -> Self {
        Self { served, gives_up, target, waiting: 0 }
    }

    fn next(&mut self) -> f64 {
        let before = f64::from(self.waiting);
        self.waiting += 1;
        if self.served <= 0.0 {
            return 0.0;
        }
        // e^(-gives_up T) is Beta(a, before + 1). He is answered if T is at most the target and his
        // patience longer than T: the mean of e^(-gives_up T) over those T.
        let a = self.served / self.gives_up;
        let still = (-self.gives_up * self.target).exp();
        a / (a + before + 1.0) * (1.0 - incomplete_beta(a + 1.0, before + 1.0, still))
    }
}

/// The regularised incomplete beta function, by its continued fraction (Lentz).
fn incomplete_beta(a: f64, b: f64, x: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    if x >= 1.0 {
        return 1.0;
    }
    let front =
        (ln_gamma(a + b) - ln_gamma(a) - ln_gamma(b) + a * x.ln() + b * (1.0 - x).ln()).exp();
    if x < (a + 1.0) / (a + b + 2.0) {
        front * beta_fraction(a, b, x) / a
    } else {
        1.0 - front * beta_fraction(b, a, 1.0 - x) / b
    }
}

fn beta_fraction(a: f64, b: f64, x: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let away = |value: f64| if value.abs() < TINY { TINY } else { value };
    let (mut c, mut d) = (1.0, 1.0 / away(1.0 - (a + b) * x / (a + 1.0)));
    let mut fraction = d;
    for step in 1..1000 {
        let m = f64::from(step);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        d = 1.0 / away(1.0 + even * d);
        c = away(1.0 + even / c);
        fraction *= d * c;
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        d = 1.0 / away(1.0 + odd * d);
        c = away(1.0 + odd / c);
        fraction *= d * c;
        if (d * c - 1.0).abs() < 1e-13 {
            break;
        }
    }
    fraction
}

/// The logarithm of the gamma function (Lanczos, g = 7).
fn ln_gamma(x: f64) -> f64 {
    const FACTORS: [f64; 8] = [
        676.520_368_121_885_1,
        -1_259.139_216_722_402_8,
        771.323_428_777_653_1,
        -176.615_029_162_140_6,
        12.507_343_278_686_905,
        -0.138_571_095_265_720_12,
        9.984_369_578_019_572e-6,
        1.505_632_735_149_311_6e-7,
    ];
    let x = x - 1.0;
    let t = x + 7.5;
    let mut sum = 0.999_999_999_999_809_9;
    for (place, factor) in FACTORS.iter().enumerate() {
        sum += factor / (x + crate::numbers::number(place + 1));
    }
    0.5 * (2.0 * std::f64::consts::PI).ln() + (x + 0.5) * t.ln() - t + sum.ln()
}

#[cfg(test)]
mod tests;
