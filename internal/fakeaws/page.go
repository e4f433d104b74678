package fakeaws

import (
	"encoding/base64"
	"strings"
)

// cutPage takes the page after token from a list in a fixed order. The page
// holds as many entries as were asked for, or fewer if smaller is positive. The
// token is opaque and names the last entry given, by its id.
func cutPage[T any](all []T, token string, asked, smaller int, id func(T) string) (page []T, next string, err *apiError) {
	if smaller > 0 {
		asked = min(asked, smaller)
	}
	start := 0
	if token != "" {
		raw, decodeErr := base64.URLEncoding.DecodeString(token)
		last, found := strings.CutPrefix(string(raw), "page:")
		if decodeErr != nil || !found {
			return nil, "", invalid("Token is not valid.")
		}
		for i, entry := range all {
			if id(entry) == last {
				start = i + 1
			}
		}
		if start == 0 { // the entry is gone meanwhile; go on where it would be
			for start < len(all) && id(all[start]) < last {
				start++
			}
		}
	}
	end := min(start+asked, len(all))
	if end < len(all) {
		next = base64.URLEncoding.EncodeToString([]byte("page:" + id(all[end-1])))
	}
	return all[start:end], next, nil
}
