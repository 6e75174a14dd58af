#!/bin/sh
# Looks for credentials in the commits of a change, and in no others: for continuous integration.
#
#   scan.sh [BASE [HEAD]]      the commits that HEAD reaches and BASE does not
#
# Without arguments it goes by what the CI says: a pull or merge request's base, what a branch was before the push, or
# else the default branch. Where none of that is known, all that HEAD reaches is scanned: more than the change, and
# never less. In a shallow clone it fetches the rest first, or says that it cannot.
#
# PORTCULLIS          the program                          [default: portcullis]
# PORTCULLIS_BASE     the same as the arguments
# PORTCULLIS_HEAD
# PORTCULLIS_DEFAULT  the default branch, for branches that are new
# PORTCULLIS_REPORTS  where the reports go                 [default: portcullis-reports]
# PORTCULLIS_FORMATS  which: FORMAT=FILE, blanks between   [default: sarif=portcullis.sarif]
# PORTCULLIS_FLAGS    more flags of `portcullis history`, blanks between
#
# Exit status: 0 clean, 1 credentials found, 2 could not tell. `portcullis.jsonl` is always among the reports.
set -eu

program=${PORTCULLIS:-portcullis}
reports=${PORTCULLIS_REPORTS:-portcullis-reports}
formats=${PORTCULLIS_FORMATS-sarif=portcullis.sarif}

say() { printf 'portcullis: %s\n' "$*" >&2; }
fail() {
    say "$1"
    say "hint: $2"
    exit 2
}

command -v "$program" >/dev/null 2>&1 || fail "$program is not installed here" 'cargo install --locked portcullis'
git rev-parse --git-dir >/dev/null 2>&1 || fail 'this is no git repository that can be read' \
    'check out the code first; "dubious ownership" is mended by: git config --global --add safe.directory "$PWD"'

is_null() { case $1 in *[!0]*) return 1 ;; *) return 0 ;; esac; }
has() { git cat-file -e "$1^{commit}" 2>/dev/null; }
# The commit of a branch of the remote's, if it can be had.
remote() {
    git rev-parse --verify --quiet "refs/remotes/origin/$1^{commit}" && return
    git fetch --quiet --no-tags origin "+refs/heads/$1:refs/remotes/origin/$1" 2>/dev/null || return 0
    git rev-parse --verify --quiet "refs/remotes/origin/$1^{commit}" || true
}

# --- Which commits.
default=${PORTCULLIS_DEFAULT:-}
if [ $# -gt 0 ]; then
    base=$1 head=${2:-HEAD}
elif [ -n "${PORTCULLIS_BASE:-}${PORTCULLIS_HEAD:-}" ]; then
    base=${PORTCULLIS_BASE:-} head=${PORTCULLIS_HEAD:-HEAD}
elif [ "${GITLAB_CI:-}" = true ]; then
    # A merged result's first parent is the target's tip; else the two branches' merge base is told.
    base=${CI_MERGE_REQUEST_TARGET_BRANCH_SHA:-}
    base=${base:-${CI_MERGE_REQUEST_DIFF_BASE_SHA:-}}
    base=${base:-${CI_COMMIT_BEFORE_SHA:-}}
    head=${CI_COMMIT_SHA:-HEAD}
    default=${CI_DEFAULT_BRANCH:-}
elif [ "${GITHUB_ACTIONS:-}" = true ]; then
    # The action hands PORTCULLIS_BASE and PORTCULLIS_HEAD over; this is for a workflow that calls the script itself.
    base= head=${GITHUB_SHA:-HEAD}
    if [ -n "${GITHUB_BASE_REF:-}" ]; then
        # GITHUB_SHA is the merge that GitHub made, but in `pull_request_target`, where it is the base itself.
        [ "${GITHUB_EVENT_NAME:-}" != pull_request_target ] ||
            fail 'pull_request_target checks out the base and not the change' 'use pull_request, or the action'
        default=$GITHUB_BASE_REF
    elif [ -r "${GITHUB_EVENT_PATH:-}" ] && command -v jq >/dev/null 2>&1; then
        base=$(jq -r '.before // .merge_group.base_sha // ""' "$GITHUB_EVENT_PATH")
        default=$(jq -r '.repository.default_branch // ""' "$GITHUB_EVENT_PATH")
    fi
else
    base= head=HEAD
fi

# --- All of them must be here.
if [ "$(git rev-parse --is-shallow-repository)" = true ]; then
    say 'this clone is shallow; fetching the history that it lacks'
    git fetch --quiet --no-tags --unshallow origin || fail 'the clone is shallow, and the rest cannot be fetched' \
        'check out with full history: "fetch-depth: 0" on GitHub, "GIT_DEPTH: 0" on GitLab'
fi
has "$head" || git fetch --quiet --no-tags origin "$head" 2>/dev/null || true
has "$head" || fail "the commit to look at, $head, is not in this clone" 'check out the change itself, with full history'
if [ -n "$base" ] && ! is_null "$base" && ! has "$base"; then
    git fetch --quiet --no-tags origin "$base" 2>/dev/null || true
    if ! has "$base"; then
        say "$base is not there any more (a forced push?): going by the default branch instead"
        base=
    fi
fi
if [ -z "$base" ] || is_null "$base"; then
    # A new branch, or nobody knows: what the default branch has is no part of the change.
    base=
    if [ -n "$default" ]; then
        base=$(remote "$default")
        # On the default branch itself that would be nothing at all.
        [ "$base" != "$(git rev-parse "$head^{commit}")" ] || base=
    fi
fi
range=$base..$head
if [ -n "$base" ]; then
    number=$(git rev-list --count "$range")
    [ "$number" = 1 ] && what="1 commit" || what="$number commits"
    say "scanning $what: $range"
else
    say "scanning all $(git rev-list --count "$head") commits that $head reaches: what the change is made upon is not known"
fi

# --- Look once; tell it as often as is wanted.
mkdir -p "$reports"
rm -f "$reports/portcullis.jsonl" # an older one must not pass for this run's
status=0
# shellcheck disable=SC2086 # they are several flags
"$program" history --range "$range" --no-progress --format jsonl --output "$reports/portcullis.jsonl" \
    ${PORTCULLIS_FLAGS:-} . || status=$?
[ -s "$reports/portcullis.jsonl" ] || fail 'the scan did not end; nothing is known' 'see above'
for each in human=- $formats; do
    format=${each%%=*} file=${each#*=} told=0
    if [ "$file" = - ]; then
        "$program" report --format "$format" "$reports/portcullis.jsonl" || told=$?
    else
        "$program" report --format "$format" --output "$reports/$file" "$reports/portcullis.jsonl" || told=$?
    fi
    [ "$told" -eq "$status" ] || fail "the report could not be written as $format" 'see above'
done
if [ -n "${GITHUB_STEP_SUMMARY:-}" ]; then
    "$program" report --format markdown "$reports/portcullis.jsonl" >>"$GITHUB_STEP_SUMMARY" || true
fi
exit "$status"
