//! How the process ends, and what that tells whoever called it.

use std::process::ExitCode;

use crate::model::Report;

/// The exit status, from the least to the most that is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ExitStatus {
    /// 0: everything asked for was scanned, and nothing was found that counts.
    Clean,
    /// 1: everything asked for was scanned, and something was found that counts.
    Findings,
    /// 2: could not tell: wrong usage, an error, or a scan that is not complete (found something or not).
    Unknown,
}

impl ExitStatus {
    /// What a finished run comes to.
    #[must_use]
    pub fn of(report: &Report) -> Self {
        let found = if report.blocking().next().is_some() { Self::Findings } else { Self::Clean };
        found.merge(if report.coverage.is_complete() { Self::Clean } else { Self::Unknown })
    }

    /// Both together: the worse of the two.
    #[must_use]
    pub fn merge(self, other: Self) -> Self {
        self.max(other)
    }

    /// The number the process ends with.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Clean => 0,
            Self::Findings => 1,
            Self::Unknown => 2,
        }
    }
}

impl From<ExitStatus> for ExitCode {
    fn from(status: ExitStatus) -> Self {
        Self::from(status.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Origin, SkipReason};

    #[test]
    fn the_numbers_are_a_promise() {
        assert_eq!([ExitStatus::Clean, ExitStatus::Findings, ExitStatus::Unknown].map(ExitStatus::code), [0, 1, 2]);
    }

    #[test]
    fn merging_keeps_the_worse_in_either_order() {
        for (a, b, both) in [
            (ExitStatus::Clean, ExitStatus::Clean, ExitStatus::Clean),
            (ExitStatus::Clean, ExitStatus::Findings, ExitStatus::Findings),
            (ExitStatus::Findings, ExitStatus::Unknown, ExitStatus::Unknown),
            (ExitStatus::Clean, ExitStatus::Unknown, ExitStatus::Unknown),
        ] {
            assert_eq!((a.merge(b), b.merge(a)), (both, both));
        }
    }

    #[test]
    fn what_was_passed_over_by_design_is_still_clean_and_any_other_skip_is_not() {
        let mut report = Report { command: "scan", ..Report::default() };
        report.coverage.skip(Origin::Stdin, SkipReason::Symlink, "");
        assert_eq!(ExitStatus::of(&report), ExitStatus::Clean);
        report.coverage.skip(Origin::Stdin, SkipReason::Vanished, "");
        assert_eq!(ExitStatus::of(&report), ExitStatus::Unknown);
    }
}
