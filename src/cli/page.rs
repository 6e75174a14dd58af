//! `--report`: the HTML page.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::cli::args::HistoryArgs;
use crate::cli::failure::Failure;
use crate::cli::output::cannot_write;
use crate::cli::plan;
use crate::cli::private::PrivateFile;
use crate::model::history::History;
use crate::report::Options;
use crate::report::html::{self, About};

/// The page's way out, begun before the work is, so that an hour's scan is not lost to a typing error.
pub(super) struct Page(PrivateFile, String);

impl Page {
    /// Begins it, if one is wanted.
    ///
    /// # Errors
    /// If nothing can be written there.
    pub(super) fn begin(args: &HistoryArgs) -> Result<Option<Self>, Failure> {
        let Some(path) = &args.answer.report else { return Ok(None) };
        let shown = path.display().to_string();
        let file = PrivateFile::create(path).map_err(|error| cannot_write(&shown, &error))?;
        Ok(Some(Self(file, shown)))
    }

    /// Writes it.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(super) fn write(self, history: &History, args: &HistoryArgs) -> Result<(), Failure> {
        let name = plan::repository_name(&args.path);
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs().cast_signed());
        let about = About { repository: name.as_encoded_bytes(), at: now };
        let options = Options { show_secrets: args.output.show_secrets, ..Options::default() };
        let Self(file, shown) = self;
        file.write(|out| html::write(history, about, &options, out)).map_err(|error| cannot_write(&shown, &error))
    }
}
