package config

import "strings"

// Nearest returns the known word that text is most likely a slip of, or "" where
// none is close: about every fourth character may be wrong. Of equally close
// words the first wins.
func Nearest(text string, known []string) string {
	const longest = 80 // longer ones are no slips, and cost time
	if len(text) > longest {
		return ""
	}
	best, bestDistance := "", max(1, len(text)/4)+1
	for _, word := range known {
		if d := distance(strings.ToLower(text), strings.ToLower(word)); d < bestDistance {
			best, bestDistance = word, d
		}
	}
	return best
}

// distance counts the single characters to insert, delete or replace to turn a
// into b (Levenshtein).
func distance(a, b string) int {
	from, to := []rune(a), []rune(b)
	row := make([]int, len(to)+1)
	for j := range row {
		row[j] = j
	}
	for i := range from {
		diagonal := row[0]
		row[0] = i + 1
		for j := range to {
			replace := diagonal
			if from[i] != to[j] {
				replace++
			}
			diagonal = row[j+1]
			row[j+1] = min(replace, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(to)]
}

// didYouMean ends a sentence about a key that is not known: with the nearest
// known one, else with all of them.
func didYouMean(text string, known []string) string {
	if near := Nearest(text, known); near != "" {
		return `: did you mean "` + near + `"?`
	}
	return ": known here are " + strings.Join(known, ", ")
}

// notOneOf says that text is none of the allowed words.
func notOneOf(text string, allowed []string) string {
	last := len(allowed) - 1
	return quote(text) + " is not allowed: write " + strings.Join(allowed[:last], ", ") + " or " + allowed[last]
}
