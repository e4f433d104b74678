package watch

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/aws/smithy-go"
	"golang.org/x/sync/errgroup"
)

// Reader is what Observe asks of EventBridge.
type Reader interface {
	ListRules(context.Context, *eventbridge.ListRulesInput, ...func(*eventbridge.Options)) (*eventbridge.ListRulesOutput, error)
	ListTargetsByRule(context.Context, *eventbridge.ListTargetsByRuleInput, ...func(*eventbridge.Options)) (*eventbridge.ListTargetsByRuleOutput, error)
}

// Observed is what a Region's default bus was seen to hold.
type Observed struct {
	Region string
	// Own are our rules with all their targets, sorted by name.
	Own []Own
	// Foreign names, sorted, rules with our name prefix that are not ours. Rules
	// that carry another owner's mark and name are a sibling's and not named.
	Foreign []string
	// Total counts all rules on the bus, whoever owns them.
	Total int
	// Err says that the Region could not be seen whole; nothing else is then
	// set but Denied, which tells that even listing its rules is not allowed.
	Err    error
	Denied bool
}

// Own is a rule of ours as it was observed.
type Own struct {
	Rule
	ARN string
	// Keys are the key IDs its pattern names, sorted, RootKey for root's. It is
	// empty for rules about sessions and identities.
	Keys []string
	// Memory runs parallel to Keys. Where the pattern names no key, as after an
	// edit by hand, it has what Description or name speak of, if any.
	Memory []Memory
	// Schedule is a schedule expression that somebody added; wanted rules have
	// none.
	Schedule string
	// Tags are nil where nobody looked, see Tags.
	Tags map[string]string

	content content
}

// ownOf reads what a rule of ours says.
func (p Policy) ownOf(r Rule, schedule string) Own {
	own := Own{Rule: r, Schedule: schedule, content: readPattern(r.Pattern)}
	switch own.content.kind {
	case keyRule, rootRule, activityRule:
		own.Keys = own.content.subjects
		own.Memory = recall(r.Description, own.Keys)
	case "":
		own.Memory = p.recallLost(r.Name, r.Description)
	}
	return own
}

// listLimit is the largest page ListRules and ListTargetsByRule give.
const listLimit = 100

// sideBySide is how many rules are asked for their targets at once; a pacing
// client slows this down where EventBridge wants it.
const sideBySide = 4

// Observe reads all rules of a Region's default bus, page by page, and the
// targets of our own. Nothing is told of a Region that was not read to the end.
func Observe(ctx context.Context, api Reader, p Policy, region string) Observed {
	seen := Observed{Region: region}
	rules, err := listRules(ctx, api)
	if err != nil {
		return Observed{Region: region, Denied: denied(err), Err: fmt.Errorf("watch: list rules in %s: %w%s", region, err, hint(err, "events:ListRules"))}
	}
	seen.Total = len(rules)
	for _, r := range rules {
		name := aws.ToString(r.Name)
		if !strings.HasPrefix(name, p.NamePrefix+"-") || p.sibling(name, aws.ToString(r.Description)) {
			continue
		}
		if !strings.HasPrefix(name, p.namePrefix()) || !ours(aws.ToString(r.Description), p.Owner) || aws.ToString(r.ManagedBy) != "" {
			seen.Foreign = append(seen.Foreign, name)
			continue
		}
		own := p.ownOf(Rule{
			Name:        name,
			Pattern:     aws.ToString(r.EventPattern),
			State:       string(r.State),
			Description: aws.ToString(r.Description),
		}, aws.ToString(r.ScheduleExpression))
		own.ARN = aws.ToString(r.Arn)
		seen.Own = append(seen.Own, own)
	}
	slices.Sort(seen.Foreign)
	slices.SortFunc(seen.Own, func(a, b Own) int { return byName(a.Name, b.Name) })
	if seen.Own, err = withTargets(ctx, api, seen.Own); err != nil {
		return Observed{Region: region, Err: fmt.Errorf("watch: list targets in %s: %w%s", region, err, hint(err, "events:ListTargetsByRule"))}
	}
	return seen
}

func listRules(ctx context.Context, api Reader) ([]types.Rule, error) {
	var rules []types.Rule
	in := &eventbridge.ListRulesInput{Limit: aws.Int32(listLimit)}
	for {
		out, err := api.ListRules(ctx, in)
		if err != nil {
			return nil, err
		}
		rules = append(rules, out.Rules...)
		if aws.ToString(out.NextToken) == "" {
			return rules, nil
		}
		in.NextToken = out.NextToken
	}
}

// withTargets adds their targets to rules and drops those that were deleted
// since they were listed.
func withTargets(ctx context.Context, api Reader, own []Own) ([]Own, error) {
	gone := make([]bool, len(own))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(sideBySide)
	for i := range own {
		group.Go(func() error {
			var err error
			own[i].Targets, err = listTargets(ctx, api, own[i].Name)
			if _, gone[i] = errors.AsType[*types.ResourceNotFoundException](err); gone[i] {
				return nil
			}
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	var there []Own
	for i := range own {
		if !gone[i] {
			there = append(there, own[i])
		}
	}
	return there, nil
}

func listTargets(ctx context.Context, api Reader, rule string) ([]types.Target, error) {
	var targets []types.Target
	in := &eventbridge.ListTargetsByRuleInput{Rule: &rule, Limit: aws.Int32(listLimit)}
	for {
		out, err := api.ListTargetsByRule(ctx, in)
		if err != nil {
			return nil, err
		}
		targets = append(targets, out.Targets...)
		if aws.ToString(out.NextToken) == "" {
			return targets, nil
		}
		in.NextToken = out.NextToken
	}
}

// hint says what to do about an error, where that can be told.
func hint(err error, permission string) string {
	if errors.Is(err, context.Canceled) {
		return "" // the run was stopped, which is no fault
	}
	api, answered := errors.AsType[smithy.APIError](err)
	if !answered {
		return ": check the Region's name and the network"
	}
	if denied(err) {
		return ": grant " + permission
	}
	if strings.Contains(api.ErrorMessage(), "cannot be assumed") {
		return ": the trust policy of watch.forward_role must let events.amazonaws.com assume it"
	}
	switch api.ErrorCode() {
	case "UnrecognizedClientException", "InvalidClientTokenId":
		return ": check that the Region is enabled for this account"
	}
	return ""
}

// denied tells an answer that only another policy can change.
func denied(err error) bool {
	api, answered := errors.AsType[smithy.APIError](err)
	if !answered {
		return false
	}
	switch api.ErrorCode() {
	case "AccessDenied", "AccessDeniedException", "AuthorizationError":
		return true
	}
	return false
}
