package story

// notes say what makes a story less than the whole truth.
func notes(old, now Run) []string {
	all := []string{}
	add := func(applies bool, note string) {
		if applies {
			all = append(all, note)
		}
	}
	add(!old.Complete, "The earlier run was incomplete: what is new may have been there before.")
	add(!now.Complete, "The later run was incomplete: what is not in it is told as unclear, not as fixed or gone.")
	add(!old.listsPasses(), "The earlier document lists no findings that passed, so what became of healthy credentials is not told.")
	add(!now.listsPasses(), "The later document lists no findings that passed (scanner audit --all does): what is not in it is told as unclear, not as fixed or gone.")
	add(old.ReportSHA256 != "" && old.ReportSHA256 == now.ReportSHA256, "Both runs judged the same credential report.")
	return all
}
