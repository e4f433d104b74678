package fakeaws

import (
	"encoding/json"
	"slices"
)

func (c *Cloud) listRegions(q *request) (any, *apiError) {
	in := struct {
		MaxResults              *int
		NextToken               string
		RegionOptStatusContains []string
	}{}
	if len(q.body) > 0 && json.Unmarshal(q.body, &in) != nil {
		return nil, invalid("The request is not valid JSON.")
	}
	size := 50
	if in.MaxResults != nil {
		size = *in.MaxResults
	}
	if size < 1 || size > 50 {
		return nil, invalid("1 validation error detected: Value at 'maxResults' failed to satisfy constraint: Member must be between 1 and 50")
	}
	var matching []Region
	for _, r := range c.regions {
		if len(in.RegionOptStatusContains) == 0 || slices.Contains(in.RegionOptStatusContains, r.OptStatus) {
			matching = append(matching, r)
		}
	}
	page, next, err := cutPage(matching, in.NextToken, size, c.opt.RegionsPage, func(r Region) string { return r.Name })
	if err != nil {
		return nil, err
	}
	type region struct{ RegionName, RegionOptStatus string }
	out := struct {
		Regions   []region
		NextToken string `json:",omitempty"`
	}{Regions: []region{}, NextToken: next}
	for _, r := range page {
		out.Regions = append(out.Regions, region{r.Name, r.OptStatus})
	}
	return out, nil
}
