use copilot_forecast::{daily::*, slots::*};
use chrono::Datelike;
fn main() {
    let text = std::fs::read_to_string("/work/shared/datasets/sumo-firefox-support/hourly_counts.csv").unwrap();
    let rows: Vec<(chrono::NaiveDateTime, u32)> = text.lines().skip(1).map(|l| { let (a, b) = l.split_once(',').unwrap(); (chrono::NaiveDateTime::parse_from_str(a, "%Y-%m-%d %H:%M:%S").unwrap(), b.parse().unwrap()) }).collect();
    let first = rows[0].0.date().succ_opt().unwrap();
    let last = rows.last().unwrap().0.date();
    let n = (last - first).num_days() as usize;
    let mut v = vec![0; n * 24];
    for (t, c) in rows { use chrono::Timelike; let i = (t.date() - first).num_days() * 24 + t.hour() as i64; if i >= 0 && (i as usize) < v.len() { v[i as usize] += c; } }
    let s = SlotCounts::new(first, 24, v).unwrap(); let d = s.daily().unwrap();
    println!("{first} {last} {n}");
    let rep = Replay::new(&d, &Calendar::default(), 3);
    let mut o = (chrono::NaiveDate::from_ymd_opt(2023, 6, 1).unwrap() - first).num_days() as usize;
    let (mut e, mut e4, mut ed, mut y, mut k) = (0.0, 0.0, 0.0, 0.0, 0); let mut cov = [0.0; 3];
    while o + 7 <= n {
        let p = Profile::of(&s, o); let (_, f) = rep.forecast(o).unwrap();
        for h in 0..7 { let date = d.day(o + h); let t = tickets(f[h]); let sh = p.shares(date.weekday().num_days_from_monday() as usize);
            let a: Vec<f64> = s.day(o + h).iter().map(|c| *c as f64).collect(); let g: Vec<f64> = sh.iter().map(|s| s * t).collect();
            for i in 0..24 { e += (a[i] - g[i]).abs(); y += a[i]; let (r, q) = p.ranges(g[i]); cov[0] += r.holds(a[i] as u32) as u32 as f64; cov[1] += q.holds(a[i] as u32) as u32 as f64; cov[2] += 1.0; }
            for i in (0..24).step_by(4) { e4 += (a[i..i+4].iter().sum::<f64>() - g[i..i+4].iter().sum::<f64>()).abs(); }
            ed += (a.iter().sum::<f64>() - t).abs(); }
        k += 1; o += 9;
        if k == 123 { println!("excess {}", p.excess()); break; }
    }
    println!("{k}: hour {:.4} 4h {:.4} day {:.4} cover {:.3} {:.3}", e / y, e4 / y, ed / y, cov[0] / cov[2], cov[1] / cov[2]);
    // today
    for hour in [2, 4, 6, 8, 10, 12, 15, 18, 20, 22] { let (mut st, mut co, mut tot) = (0.0, 0.0, 0.0);
        for o in 900..n { let p = Profile::of(&s, o); let (_, f) = rep.forecast(o).unwrap(); let t = tickets(f[0]); let sh = p.shares(d.day(o).weekday().num_days_from_monday() as usize);
            let seen: u32 = s.day(o)[..hour].iter().sum(); let exp: f64 = sh[..hour].iter().sum::<f64>() * t; let rest: f64 = s.day(o)[hour..].iter().map(|c| *c as f64).sum(); let er = t - exp;
            st += (er - rest).abs(); co += (er * today_factor(seen, exp) - rest).abs(); tot += rest; if o % 3 > 0 { continue; } }
        println!("{hour}h static {:.4} corrected {:.4}", st / tot, co / tot); }
}
