use portcullis::decode::Form;
use portcullis::engine::prefilter::{self, tables::Builder};
fn main() {
    let lits = std::fs::read_to_string("/tmp/lits.txt").unwrap();
    let mut b = Builder::default();
    for (i, l) in lits.lines().enumerate() {
        b.add(l.as_bytes(), false, [if i < 1000 { Form::Plain } else { Form::Hex }, Form::Plain], l.len(), i, 0);
    }
    for (i, l) in
        ["password", "secret", "token", "apikey", "api_key", "access_key", "passwd", "credential", "private_key"].iter().enumerate()
    {
        b.add(l.as_bytes(), true, [Form::Plain; 2], l.len(), i, 0);
    }
    let t = b.finish();
    println!("needles {}", t.needles.len());
    for f in std::env::args().skip(1) {
        let data = std::fs::read(&f).unwrap();
        for _ in 0..3 {
            let s = std::time::Instant::now();
            let mut n = 0;
            prefilter::find(&t, &data, 0..data.len(), |_, _| n += 1);
            let e = s.elapsed().as_secs_f64();
            println!(
                "{f}: {} MB, hits {n} ({:.0}/MB), {:.0} MB/s",
                data.len() / 1_000_000,
                n as f64 / (data.len() as f64 / 1e6),
                data.len() as f64 / 1e6 / e
            );
        }
    }
}
