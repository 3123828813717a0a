# The workspace starts empty. Without `ref` the branch that was pushed is checked out by its name, as the real action
# does; a pull request's merge commit, or a given commit, is a detached head.
set -euo pipefail

git -c init.defaultBranch=main init --quiet .
git config --local gc.auto 0
git remote add origin "${ORIGIN}"

# in the environment, where no other process reads it; in the repository only if later steps are to have it
key="http.${SERVER}/.extraheader"
header="AUTHORIZATION: basic $(printf 'x-access-token:%s' "${TOKEN}" | base64 | tr -d '\n')"
export GIT_TERMINAL_PROMPT=0 GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0="${key}" GIT_CONFIG_VALUE_0="${header}"
if [ "${PERSIST}" = true ]; then
  git config --local "${key}" "${header}"
  unset GIT_CONFIG_COUNT
fi

wanted="${REF:-${GITHUB_SHA}}"
if [ "${DEPTH}" = 0 ]; then
  git fetch --quiet --tags origin '+refs/heads/*:refs/remotes/origin/*' "${wanted}"
else
  git fetch --quiet --no-tags --depth="${DEPTH}" origin "${wanted}"
fi
commit="$(git rev-parse FETCH_HEAD)"
if [ "${DEPTH}" = 0 ]; then
  commit="$(git rev-parse --verify --quiet "${wanted}^{commit}" || git rev-parse --verify "refs/remotes/origin/${wanted}^{commit}")"
fi

if [ -z "${REF}" ] && [ "${GITHUB_REF_TYPE}" = branch ] && [ "${GITHUB_EVENT_NAME}" != pull_request ]; then
  git update-ref "refs/remotes/origin/${GITHUB_REF_NAME}" "${commit}"
  git checkout --quiet -B "${GITHUB_REF_NAME}" "${commit}"
else
  git checkout --quiet --detach "${commit}"
fi
echo "ref=${wanted}" >> "${GITHUB_OUTPUT}"
echo "commit=${commit}" >> "${GITHUB_OUTPUT}"
git log -1 --format='HEAD is now at %h %s'
