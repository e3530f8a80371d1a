# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# Run test suites that print TAP, show what failed, keep count. Needs logs (a folder), and the
# colours of prepare.sh.

passed=0
failed=0
skipped=0

# step NAME COMMAND...: one command that counts as one test. Returns its status.
step()
{
	step_name=$1
	shift
	step_log=$logs/$(printf %s "$step_name" | tr -c 'A-Za-z0-9\n' -).log
	step_start=$(date +%s)
	printf '%s ... ' "$step_name"
	if "$@" >"$step_log" 2>&1 </dev/null; then
		passed=$((passed + 1))
		printf '%sok%s (%s s)\n' "$green" "$plain" "$(($(date +%s) - step_start))"
	else
		failed=$((failed + 1))
		printf '%sFAILED%s (%s s); the last lines of %s:\n' "$red" "$plain" \
			"$(($(date +%s) - step_start))" "$step_log"
		tail -n 60 "$step_log" | sed 's/^/    /'
		return 1
	fi
}

# watched_step NAME COMMAND...: the same, with its output shown, and in this shell
watched_step()
{
	say "$1:"
	shift
	if "$@" </dev/null; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		return 1
	fi
}

# skip_one NAME REASON
skip_one()
{
	say "$1 ... skipped: $2"
	echo "$1 # SKIP $2" >>"$logs/skips"
	skipped=$((skipped + 1))
}

# suite NAME COMMAND...: a command that prints TAP; its lines count one by one
suite()
{
	suite_name=$1
	shift
	suite_log=$logs/$(printf %s "$suite_name" | tr -c 'A-Za-z0-9\n' -).tap
	suite_start=$(date +%s)
	heading "$suite_name"
	suite_status=$logs/status
	{
		"$@" 2>&1 </dev/null && echo 0 >"$suite_status" || echo $? >"$suite_status"
	} | tee "$suite_log" | show_progress
	count_suite "$(cat "$suite_status")"
}

# Failures with what explains them, skips, and a comment line a boot; not the long list of passes.
show_progress()
{
	awk '/^not ok/ { print "  " $0; explain = 1; next }
	     /^ok/ { explain = 0; if (/# SKIP/) print "  " $0; next }
	     /^1\.\./ { next }
	     { if (explain || !/^#/ || /^# [^ ]+ \((kvm|tcg)/) print "  " $0; fflush() }'
}

# count_suite STATUS
count_suite()
{
	n_failed=$(grep -c '^not ok' "$suite_log") || true
	n_skipped=$(grep -ci '^ok.*# skip' "$suite_log") || true
	n_passed=$(($(grep -c '^ok' "$suite_log") - n_skipped)) || true
	if [ "$1" -ne 0 ] && [ "$n_failed" -eq 0 ]; then
		n_failed=1
		say "  not ok - the suite ended with status $1:"
		tail -n 20 "$suite_log" | sed 's/^/    /'
	elif [ $((n_passed + n_failed + n_skipped)) -eq 0 ]; then
		n_failed=1
		say "  not ok - the suite ran no test"
	fi
	grep -i '^ok.*# skip' "$suite_log" | sed "s|^ok *[0-9]* *-* *|$suite_name: |" \
		>>"$logs/skips" || true
	passed=$((passed + n_passed))
	failed=$((failed + n_failed))
	skipped=$((skipped + n_skipped))
	say "  $n_passed passed, $n_failed failed, $n_skipped skipped" \
		"($(($(date +%s) - suite_start)) s)"
}

# automake_tap DIR COMMAND...: run make check in a build folder, give its results as TAP
automake_tap()
{
	dir=$1
	find "$dir" -name '*.log' -path '*/tests/*' -delete
	make -C "$dir" -j"$(nproc)" --no-print-directory -k check >"$dir/check.out" 2>&1 || true
	grep -hE '^(PASS|FAIL|SKIP|XFAIL|XPASS|ERROR): ' "$dir/check.out" |
		sed -E 's/^(PASS|XFAIL|SKIP): /ok - /; s/^(FAIL|XPASS|ERROR): /not ok - /'
	if ! grep -q '^# TOTAL: ' "$dir/check.out"; then
		echo "not ok - make check runs to its end"
		grep -E 'error:|Error|\*\*\*' "$dir/check.out" | head -n 40
	elif grep -qE '^# (FAIL|ERROR): +[1-9]' "$dir/check.out"; then
		find "$dir/tests" -name '*.log' ! -name test-suite.log -exec \
			grep -hE -A8 '^(not ok|Bail|FAIL:|ERROR:|.*(AddressSanitizer|runtime error))' {} + |
			head -n 200 | sed 's/^\(not \)\{0,1\}ok/# &/'
	fi
}

# The last line of a run, and every skip above it.
summary()
{
	if [ -s "$logs/skips" ]; then
		heading "skipped"
		sed 's/^/  /' "$logs/skips"
	fi
	printf '\n%s passed, %s failed, %s skipped\n' "$passed" "$failed" "$skipped"
}
