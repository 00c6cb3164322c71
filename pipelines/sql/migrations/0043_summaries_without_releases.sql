-- What came of a run with a release was counted as if the night had lasted until then: it is counted anew.
-- oldest code: 0017
update run_plans set summary = null where run in (select run from quarantine where state = 'released');
