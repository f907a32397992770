use copilot_forecast::daily::*;
fn main() {
    let d = "/work/shared/datasets/";
    let text = std::fs::read_to_string(format!("{d}sumo-firefox-support/daily_counts.csv")).unwrap();
    let rows: Vec<(chrono::NaiveDate, u32)> = text.lines().skip(1).map(|l| { let (a, b) = l.split_once(',').unwrap(); (a.parse().unwrap(), b.parse().unwrap()) }).collect();
    let first = rows[0].0;
    for w in rows.windows(2) { if (w[1].0 - w[0].0).num_days() != 1 { println!("gap {} {}", w[0].0, w[1].0); } }
    let last = rows.last().unwrap().0;
    println!("{first} {last}");
    let n = (last - first).num_days() as usize + 1;
    let mut v = vec![0; n];
    for (day, c) in rows { v[(day - first).num_days() as usize] = c; }
    let counts = DailyCounts::new(first, v).unwrap();
    let cal = Calendar::parse(&std::fs::read_to_string(format!("{d}firefox-releases/releases.csv")).unwrap()).unwrap();
    for c in [Calendar::default(), cal] {
        let t = std::time::Instant::now();
        let rep = Replay::new(&counts, &c, 3); let mut meth = 0;
        let o0 = ("2022-10-12".parse::<chrono::NaiveDate>().unwrap() - first).num_days() as usize;
        let mut e = [[0.0f64; 2]; 56]; let mut y = [0.0f64; 56];
        let mut k = 0; let mut cov = [[0.0f64; 5]; 3]; let mut by = std::collections::BTreeMap::new();
        let mut o = o0;
        while o + 28 <= n {
            let (m, f) = rep.forecast(o).unwrap(); let g = rep.last_week(o); if m == Method::LastWeek { meth += 1; }
            for h in 0..28 { let a = counts.counts()[o + h] as f64; e[h][0] += (f[h].exp_m1() - a).abs(); e[h][1] += (g[h].exp_m1() - a).abs(); y[h] += a; }
            let fc = from_replay(&counts, &rep, o, 28).unwrap();
            for (h, d) in fc.days.iter().enumerate() { let a = counts.counts()[o + h]; for (g, e) in [7, 14, 28].iter().enumerate() { if h < *e { cov[g][0] += d.range_80.holds(a) as u32 as f64; cov[g][1] += d.range_95.holds(a) as u32 as f64; cov[g][2] += (d.range_80.high - d.range_80.low) as f64; cov[g][3] += 1.0; cov[g][4] += a as f64; } } 
              if h < 14 { use chrono::Datelike; let y = by.entry(d.date.year()).or_insert((0, 0)); y.1 += 1; y.0 += d.range_80.holds(a) as u32; } }
            k += 1; o += 9;
        }
        for c in cov { println!("cover {:.3} {:.3} width {:.3}", c[0] / c[3], c[1] / c[3], c[2] / c[4]); } println!("{:?}", by.iter().map(|(y, (a, b))| (y, *a as f64 / *b as f64)).collect::<Vec<_>>());
        for h in [7, 14, 28] { let s: f64 = y[..h].iter().sum(); println!("{h}: {:.4} naive {:.4} ({k} origins)", e[..h].iter().map(|e| e[0]).sum::<f64>() / s, e[..h].iter().map(|e| e[1]).sum::<f64>() / s); }
        if false { println!("last week {meth}"); for l in forecast(&counts, &c, 28).unwrap().effects { println!("{:?}", l); } }
        println!("{:?}", t.elapsed());
    }

    let mut rng = rand_like(7);
    let mut report = |name: &str, v: Vec<u32>| {
        let counts = DailyCounts::new(first, v).unwrap(); let n = counts.counts().len();
        let cal = Calendar::default(); let rep = Replay::new(&counts, &cal, 3);
        let (mut e, mut g) = (0.0, 0.0);
        for o in 3..n - 14 { let (_, f) = rep.forecast(o).unwrap(); let l = rep.last_week(o);
            for h in 0..14 { let a = counts.counts()[o + h] as f64; let r = |x: f64| (x.exp_m1() * 1000.0).round() / 1000.0; e += (r(f[h]) - a).abs(); g += (r(l[h]) - a).abs(); } }
        println!("{name}: {e:.0} naive {g:.0} {}", if e <= g + 1e-6 { "" } else { "WORSE" });
    };
    let _ = &mut rng;
    for (a, b) in [(50, 100), (100, 50), (20, 200), (5, 10), (10, 11), (1000, 1300), (50, 60), (3,0), (0, 30)] {
        report(&format!("exact {a}->{b}"), (0..200).map(|i| if i < 100 { a } else { b }).collect());
        let mut r = rand_like(3);
        report(&format!("poisson {a}->{b}"), (0..200).map(|i| poisson(&mut r, if i < 100 { a } else { b } as f64)).collect());
    }
    report("spike", (0..200).map(|i| if i == 100 { 500 } else { 50 }).collect());
    report("week", (0..200).map(|i| [10, 50, 40, 30, 20, 5, 0][i % 7]).collect());
    report("week x2", (0..200).map(|i| [10, 50, 40, 30, 20, 5, 0][i % 7] * if i < 100 { 1 } else { 2 }).collect());
    report("week swap", (0..200).map(|i| [10, 50, 40, 30, 20, 5, 0][if i < 100 {i % 7} else {6 - i % 7}]).collect());
    report("trend", (0..200).map(|i| 10 + i as u32).collect());
    report("two days", (0..200).map(|i| if i % 2 == 0 { 0 } else { 100 }).collect());
    report("fortnight", (0..200).map(|i| if i % 14 < 7 { 10 } else { 100 }).collect());
    report("saturday opens", (0..200).map(|i| if i % 7 < 5 || (i >= 100 && i % 7 == 5) { 100 } else { 0 }).collect());
}
struct R(u64);
fn rand_like(s: u64) -> R { R(s * 7919 + 1) }
impl R { fn u(&mut self) -> f64 { self.0 = self.0.wrapping_add(0x9E3779B97F4A7C15); let mut z = self.0; z = (z ^ (z >> 30)).wrapping_mul(0xBF58476D1CE4E5B9); z = (z ^ (z >> 27)).wrapping_mul(0x94D049BB133111EB); ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64 } }
fn poisson(r: &mut R, l: f64) -> u32 { let mut k = 0; let mut t = -(r.u().max(1e-300)).ln(); while t < l { k += 1; t -= (r.u().max(1e-300)).ln(); } k }
