//! Against values that others published or that follow in closed form.

use super::*;

fn near(found: f64, expected: f64, digits: i32) {
    let half = 0.5 * 10_f64.powi(-digits);
    assert!((found - expected).abs() <= half * 1.000_001, "{found} is not {expected}");
}

/// 100 calls in half an hour of 180 s each; 20 s is the target.
fn calls(servers: u32) -> Performance {
    let load = Load::new(100.0, 1800.0, 180.0).unwrap();
    without_abandonment(load, servers, 20.0).unwrap()
}

/// 48 calls a minute of one minute each, 50 agents unless said otherwise, patience of two minutes.
fn garnett(servers: u32) -> Performance {
    with_abandonment(Load::new(48.0, 60.0, 60.0).unwrap(), servers, 120.0, 20.0).unwrap()
}

#[test]
fn erlang_b_is_that_of_the_tables() {
    near(erlang_b(1, 5.0), 5.0 / 6.0, 10);
    near(erlang_b(10, 20.0), 0.537_963_168_6, 10);
    near(erlang_b(190, 200.0), 0.088_696_843_9, 10);
    // .0116 is published for this one, and wrong.
    near(erlang_b(200, 180.0), 0.010_324_995_2, 10);
    assert!((erlang_b(200, 180.0) - 0.0116).abs() > 0.001);
}

#[test]
fn erlang_c_is_that_of_the_tables() {
    // .261 is published for this one, and wrong.
    near(erlang_c(25, 20.0), 0.209_102_826_6, 10);
    assert!((erlang_c(25, 20.0) - 0.261).abs() > 0.05);
    assert_eq!(erlang_c(20, 20.0), 1.0);
    assert_eq!(erlang_c(0, 0.0), 0.0);
}

#[test]
fn a_half_hour_of_calls_is_as_known() {
    let fourteen = calls(14);
    near(fourteen.waits, 0.1741, 4);
    near(fourteen.service_level, 0.8884, 4);
    near(fourteen.mean_wait_seconds, 7.836, 3);
    near(fourteen.occupancy, 0.7143, 4);
    for (servers, level, wait) in
        [(13, 0.7956, 17.116), (12, 0.6402, 40.445), (11, 0.3896, 122.781)]
    {
        near(calls(servers).service_level, level, 4);
        near(calls(servers).mean_wait_seconds, wait, 3);
    }
    for (servers, waits, level, wait) in [(15, 0.1020, 0.9415, 3.674), (16, 0.0573, 0.9706, 1.720)]
    {
        near(calls(servers).waits, waits, 4);
        near(calls(servers).service_level, level, 4);
        near(calls(servers).mean_wait_seconds, wait, 3);
    }
    let load = Load::new(100.0, 1800.0, 180.0).unwrap();
    assert_eq!(without_abandonment(load, 10, 20.0), None, "the queue grows without end");
}

#[test]
fn patience_changes_a_queue_as_known() {
    let load = Load::new(48.0, 60.0, 60.0).unwrap();
    let patient = without_abandonment(load, 50, 20.0).unwrap();
    near(patient.mean_wait_seconds, 20.834, 3);
    near(patient.occupancy, 0.96, 2);
    near(patient.queue, 16.7, 1);
    near(patient.waits, 0.6945, 4);
    let impatient = garnett(50);
    near(impatient.abandons, 0.0309, 4);
    near(impatient.mean_wait_seconds, 3.71, 2);
    near(impatient.occupancy, 0.9303, 4);
    near(impatient.queue, 2.97, 2);
    near(impatient.waits, 0.4678, 4);
    near(garnett(48).abandons, 0.0476, 4);
    near(garnett(48).mean_wait_seconds, 5.72, 2);
    near(garnett(52).abandons, 0.0192, 4);
    near(garnett(52).mean_wait_seconds, 2.30, 2);
    // Abandoning is patience times waiting, exactly.
    near(impatient.abandons, impatient.mean_wait_seconds / 120.0, 12);
}

#[test]
fn with_patience_as_long_as_a_call_the_number_is_poisson() {
    let load = Load::new(100.0, 60.0, 60.0).unwrap();
    let found = with_abandonment(load, 100, 60.0, 0.0).unwrap();
    near(found.waits, 0.5133, 4);
    near(found.abandons, 0.0399, 4);
    // Within no time only those are answered who do not wait.
    near(found.service_level, 1.0 - found.waits, 9);
}

#[test]
fn with_endless_patience_nobody_gives_up() {
    let load = Load::new(100.0, 1800.0, 180.0).unwrap();
    let patient = with_abandonment(load, 14, 1e9, 20.0).unwrap();
    near(patient.service_level, calls(14).service_level, 5);
    near(patient.mean_wait_seconds, calls(14).mean_wait_seconds, 3);
    // And with all the time of the world, whoever does not give up is answered.
    let all = with_abandonment(Load::new(48.0, 60.0, 60.0).unwrap(), 50, 120.0, 1e9).unwrap();
    near(all.service_level, 1.0 - all.abandons, 9);
}

#[test]
fn what_is_no_load_is_refused() {
    for wrong in [f64::NAN, f64::INFINITY, -1.0] {
        assert!(Load::new(wrong, 60.0, 60.0).is_err());
        assert!(Load::new(1.0, wrong, 60.0).is_err());
        assert!(Load::new(1.0, 60.0, wrong).is_err());
    }
    let nobody = Load::new(0.0, 60.0, 60.0).unwrap();
    assert_eq!(with_abandonment(nobody, 0, 60.0, 20.0), Ok(IDLE));
    assert_eq!(without_abandonment(nobody, 0, 20.0).map(|found| found.service_level), Some(1.0));
    let none_there = with_abandonment(Load::new(10.0, 60.0, 60.0).unwrap(), 0, 60.0, 20.0).unwrap();
    near(none_there.abandons, 1.0, 9);
    assert_eq!(none_there.service_level, 0.0);
}
