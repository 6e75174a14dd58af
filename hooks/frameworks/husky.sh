printf '\nportcullis pre-commit\n' >> .husky/pre-commit
printf '\nportcullis pre-commit\n' >> .husky/pre-merge-commit
printf '\nportcullis commit-msg "$1"\n' >> .husky/commit-msg
printf '\nportcullis pre-push "$@"\n' >> .husky/pre-push
