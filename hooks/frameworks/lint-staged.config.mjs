// lint-staged adds the names of staged files to a command that is given as text; a function's it leaves alone.
// It runs nothing where only a file's type or submodules changed, or nothing but deletions: those still reach
// `portcullis pre-commit` where the hook itself calls it (husky.sh), which is the better place.
export default {
  '*': () => 'portcullis pre-commit',
}
