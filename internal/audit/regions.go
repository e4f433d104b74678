package audit

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/account"
	"github.com/aws/aws-sdk-go-v2/service/account/types"
)

// scope is the Regions of a run.
type scope struct {
	watched []string // sorted
	// excluded are the enabled Regions that the settings leave out.
	excluded []string
	// closed are the Regions that the settings exclude by name, and that may
	// therefore deny the look.
	closed []string
	// observed are all Regions to look at: the watched ones, and every other
	// enabled one, which may still hold rules of ours.
	observed []string
	// incomplete says what could not be covered, and uncovered where.
	incomplete, uncovered []string
	// only are the Regions that a narrowed run may write in, and skipped those
	// that it does not look at.
	only, skipped []string
}

// scope asks AWS which Regions are enabled and holds the settings against it.
func (a Account) scope(ctx context.Context, p Policy) (scope, error) {
	status, err := a.regionStatus(ctx)
	if err != nil {
		return scopeWithout(p, err).narrow(p)
	}
	s := scope{closed: p.ExcludeRegions}
	for name, st := range status {
		if st == types.RegionOptStatusEnabled || st == types.RegionOptStatusEnabledByDefault {
			s.observed = append(s.observed, name)
		} else if p.AllRegions && st != types.RegionOptStatusDisabled && !slices.Contains(p.ExcludeRegions, name) {
			s.uncovered = append(s.uncovered, name)
			s.incomplete = append(s.incomplete, fmt.Sprintf("%s is %s: it is watched once it is enabled", name, strings.ToLower(string(st))))
		}
	}
	slices.Sort(s.observed)
	slices.Sort(s.incomplete)
	wanted := p.Regions
	if p.AllRegions {
		wanted = s.observed
	}
	if err := known(status, s.observed, p); err != nil {
		return scope{}, err
	}
	for _, name := range wanted {
		switch {
		case slices.Contains(p.ExcludeRegions, name):
		case slices.Contains(s.observed, name):
			s.watched = append(s.watched, name)
		default:
			s.uncovered = append(s.uncovered, name)
			s.incomplete = append(s.incomplete, fmt.Sprintf("%s is %s in this account: enable it, or drop it from watch.regions", name, strings.ToLower(string(status[name]))))
		}
	}
	slices.Sort(s.watched)
	s.excluded = slices.DeleteFunc(slices.Clone(s.observed), func(name string) bool { return slices.Contains(s.watched, name) })
	return s.narrow(p)
}

// narrow leaves the Regions that this run is for and, where they forward to it,
// the home Region to look at.
func (s scope) narrow(p Policy) (scope, error) {
	if len(p.OnlyRegions) == 0 {
		return s, nil
	}
	for _, name := range p.OnlyRegions {
		if !slices.Contains(s.observed, name) {
			return scope{}, &SettingsError{fmt.Sprintf("audit: --regions: %q is not an enabled Region of this account: use some of %s", name, strings.Join(s.observed, ", "))}
		}
	}
	s.only = p.OnlyRegions
	looks := func(name string) bool {
		return slices.Contains(s.only, name) || name == p.Watch.HomeRegion && p.Watch.Hub()
	}
	for _, name := range s.observed {
		if !looks(name) {
			s.skipped = append(s.skipped, name)
		}
	}
	left := func(name string) bool { return slices.Contains(s.skipped, name) }
	s.observed = slices.DeleteFunc(slices.Clone(s.observed), left)
	s.watched = slices.DeleteFunc(slices.Clone(s.watched), left)
	s.excluded = slices.DeleteFunc(slices.Clone(s.excluded), left)
	return s, nil
}

// known refuses Regions that AWS has not got.
func known(status map[string]types.RegionOptStatus, enabled []string, p Policy) error {
	for _, name := range slices.Concat(p.Regions, p.ExcludeRegions) {
		if _, ok := status[name]; !ok {
			return &SettingsError{fmt.Sprintf("audit: %q in watch.regions or watch.exclude_regions is not a Region of this account: correct it; enabled are %s", name, strings.Join(enabled, ", "))}
		}
	}
	return nil
}

// scopeWithout makes do where the Regions could not be listed.
func scopeWithout(p Policy, err error) scope {
	reason := fmt.Sprintf("the account's Regions could not be listed (%v): grant account:ListRegions", err)
	names := p.Regions
	if p.AllRegions {
		names = p.OnlyRegions
	}
	if len(names) == 0 {
		return scope{uncovered: []string{p.Watch.HomeRegion}, incomplete: []string{reason + ", or list watch.regions"}}
	}
	s := scope{watched: slices.Sorted(slices.Values(names)), incomplete: []string{reason + "; rules in Regions outside watch.regions were not looked for"}}
	s.observed = s.watched
	return s
}

func (a Account) regionStatus(ctx context.Context) (map[string]types.RegionOptStatus, error) {
	status := map[string]types.RegionOptStatus{}
	pages := account.NewListRegionsPaginator(a.Regions, &account.ListRegionsInput{})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, r := range page.Regions {
			status[aws.ToString(r.RegionName)] = r.RegionOptStatus
		}
	}
	return status, nil
}
