//! Dropped, panicking or shown, no adapter lets anything out that was not searched.

use std::cell::RefCell;
use std::io::{self, Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

use masker::io::{MaskReader, MaskWriter};

use super::one_secret;
use crate::support::faults::{Fault, Plan, Source};

/// A writer whose output outlives it.
#[derive(Clone, Default)]
struct Shared(Rc<RefCell<Vec<u8>>>);

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_writer_that_is_dropped_emits_nothing() {
    let log = Shared::default();
    let mut writer = MaskWriter::new(log.clone(), &one_secret());
    writer.write_all(b"it is abcd1234").expect("no fault");
    writer.flush().expect("no fault");
    drop(writer);
    assert_eq!(*log.0.borrow(), b"it is ");
}

#[test]
fn a_reader_that_fails_for_good_keeps_what_it_holds() {
    let source = Source::new(b"it is abcd1234", 100, Plan::Once(1, Fault::Failure));
    let mut reader = MaskReader::new(source, &one_secret());
    let mut out = Vec::new();
    reader
        .read_to_end(&mut out)
        .expect_err("the second call fails");
    assert_eq!(out, b"it is ");
    assert_eq!(reader.into_inner().calls.made, 2);
}

#[test]
fn a_tail_that_the_end_cuts_short_is_masked() {
    let mut out = Vec::new();
    let mut reader = MaskReader::new(&b"it is abcd1234"[..], &one_secret());
    reader.read_to_end(&mut out).expect("no fault");
    assert_eq!(out, b"it is [MASKED]");
    let mut writer = MaskWriter::new(Vec::new(), &one_secret());
    writer.write_all(b"it is abcd1234").expect("no fault");
    assert_eq!(writer.finish().expect("no fault"), b"it is [MASKED]");
}

struct Panics(usize, Vec<u8>);

impl Write for Panics {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 = self.0.checked_sub(1).expect("the planted panic");
        self.1.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn behind_a_panic_of_the_inner_writer_nothing_unsearched_comes_out() {
    // Large enough that it is written while it is searched.
    let text = [
        &vec![b'.'; 10_000][..],
        b"abcd1234efgh",
        &vec![b'-'; 10_000],
        b"abcd12",
    ]
    .concat();
    let expected = [&vec![b'.'; 10_000][..], b"[MASKED]", &vec![b'-'; 10_000]].concat();
    for well in 0..3 {
        let mut writer = MaskWriter::new(Panics(well, Vec::new()), &one_secret());
        let write = catch_unwind(AssertUnwindSafe(|| writer.write(&text)));
        assert!(write.is_err(), "{well}");
        for _ in 0..3 {
            let more = catch_unwind(AssertUnwindSafe(|| writer.write(b"34efgh")));
            assert!(more.is_err(), "{well}");
        }
        assert!(expected.starts_with(&writer.get_ref().1), "{well}");
    }
}

/// A reader or a writer that claims to have done more than it could.
struct Boasts;

impl Read for Boasts {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Ok(usize::MAX)
    }
}

impl Write for Boasts {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Ok(bytes.len() + 1)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn one_that_claims_too_much_is_an_error() {
    let mut reader = MaskReader::new(Boasts, &one_secret());
    reader.read(&mut [0; 9]).expect_err("it cannot be");
    let mut writer = MaskWriter::new(Boasts, &one_secret());
    writer.write_all(b"text").expect("it was taken");
    writer.flush().expect_err("it cannot be");
}

/// Whether the panic came while bytes were searched or behind that: some may have been written.
#[test]
fn behind_a_panic_nothing_is_written_twice() {
    let mut writer = MaskWriter::new(Panics(0, Vec::new()), &one_secret());
    let write = catch_unwind(AssertUnwindSafe(|| writer.write(b"text")));
    assert!(write.is_err());
    for _ in 0..2 {
        catch_unwind(AssertUnwindSafe(|| writer.flush())).expect_err("it panicked earlier");
        catch_unwind(AssertUnwindSafe(|| writer.try_finish())).expect_err("it panicked earlier");
    }
    assert_eq!(writer.get_ref().1, b"");
}

#[test]
fn nothing_shows_a_byte() {
    let mut reader = MaskReader::with_report(&b"it is abcd1234"[..], &one_secret());
    let count = reader.read(&mut [0; 3]).expect("no fault");
    assert_eq!(count, 3);
    let mut writer = MaskWriter::new(Vec::new(), &one_secret());
    writer.write_all(b"it is abcd1234").expect("no fault");
    for shown in [format!("{reader:?} {reader:#?}"), format!("{writer:?}")] {
        assert!(shown.contains("TOKEN"), "{shown}");
        for part in ["it is", "abcd", "105", "69", "14"] {
            assert!(!shown.contains(part), "{part} in {shown}");
        }
    }
}

#[cfg(all(feature = "tokio", feature = "stream", feature = "codec"))]
#[test]
fn those_that_are_polled_show_no_byte_either() {
    use masker::io::{AsyncMaskReader, AsyncMaskWriter, MaskDecoder, MaskStream};

    let set = one_secret();
    let shown = [
        format!("{:?}", AsyncMaskReader::new(&b"it is"[..], &set)),
        format!("{:?}", AsyncMaskWriter::new(b"it is".to_vec(), &set)),
        format!("{:?}", MaskStream::new(b"it is".to_vec(), &set)),
        format!("{:?}", MaskDecoder::new(&set)),
    ];
    for shown in shown {
        assert!(shown.contains("TOKEN"), "{shown}");
        assert!(!shown.contains("105"), "{shown}");
    }
}

/// Services move them between threads.
#[test]
fn they_can_be_sent() {
    fn is_sent<T: Send + Sync + Unpin>() {}
    is_sent::<MaskReader<io::Stdin>>();
    is_sent::<MaskWriter<io::Stdout>>();
    #[cfg(feature = "tokio")]
    is_sent::<masker::io::AsyncMaskReader<io::Stdin>>();
    #[cfg(feature = "tokio")]
    is_sent::<masker::io::AsyncMaskWriter<io::Stdout>>();
    #[cfg(feature = "stream")]
    is_sent::<masker::io::MaskStream<io::Stdin>>();
    #[cfg(feature = "codec")]
    is_sent::<masker::io::MaskDecoder>();
}
