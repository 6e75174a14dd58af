//! One section of git's configuration, for those who know what it means.

use crate::git::Repo;

impl Repo {
    /// The settings of a section without a subsection, as the files of the system, the user and the repository have them,
    /// in that order: each name in lower case (`secrets.patterns`), and its value. `None` where the files cannot be read.
    #[must_use]
    pub fn config_section(&self, section: &str) -> Option<Vec<(String, Vec<u8>)>> {
        let file = self.config_files()?;
        let mut settings = Vec::new();
        for found in file.sections() {
            let header = found.header();
            if header.subsection_name().is_some() || !header.name().eq_ignore_ascii_case(section.as_bytes()) {
                continue;
            }
            for (key, value) in found.body() {
                settings.push((format!("{section}.{key}").to_ascii_lowercase(), value.to_vec()));
            }
        }
        Some(settings)
    }
}
