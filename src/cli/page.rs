//! `--report`: the HTML page.

use std::io::{self, Write};
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use super::failure::{Failure, Shown};
use super::output::cannot_write;
use super::plan;
use super::private::PrivateFile;
use crate::report::Options;
use crate::report::html::About;

/// The page's way out, begun before the work is, so that an hour's scan is not lost to a typing error.
pub(super) struct Page(PrivateFile, String);

impl Page {
    /// Begins it, if one is wanted.
    ///
    /// # Errors
    /// If nothing can be written there.
    pub(super) fn begin(path: Option<&Path>) -> Result<Option<Self>, Failure> {
        let Some(path) = path else { return Ok(None) };
        let shown = path.shown();
        let file = PrivateFile::create(path).map_err(|error| cannot_write(&shown, &error))?;
        Ok(Some(Self(file, shown)))
    }

    /// Lets `tell` write it, about the repository or directory that `near` lies in.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(super) fn write(
        self,
        near: &Path,
        show_secrets: bool,
        tell: impl FnOnce(About<'_>, &Options, &mut dyn Write) -> io::Result<()>,
    ) -> Result<(), Failure> {
        let name = plan::repository_name(near);
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs().cast_signed());
        let about = About { repository: name.as_encoded_bytes(), at: now };
        let options = Options { show_secrets, ..Options::default() };
        let Self(file, shown) = self;
        file.write(|out| tell(about, &options, out)).map_err(|error| cannot_write(&shown, &error))
    }
}
