package main

import (
	"bytes"
	"context"
	"fmt"

	"keywatch/internal/audit"
	"keywatch/internal/evidence"
	"keywatch/internal/render"
	"keywatch/internal/story"
)

// since tells what happened since the account's newest run in the archive; nil
// where there is none. That it cannot be told leaves the run incomplete.
func (k *keeper) since(ctx context.Context, result audit.Result, o render.Options) (*story.Story, error) {
	if k == nil {
		return nil, nil //nolint:nilnil // no archive, no story
	}
	told, err := k.tell(ctx, result, o)
	if err != nil {
		return nil, &ending{code: exitIncomplete, msg: fmt.Sprintf("what happened since the last run cannot be told: %v", err)}
	}
	return told, nil
}

func (k *keeper) tell(ctx context.Context, result audit.Result, o render.Options) (*story.Story, error) {
	last, found, err := evidence.Latest(ctx, k.store, result.AccountID)
	if err != nil || !found {
		return nil, err
	}
	before, err := evidence.Open(ctx, k.store, last, evidence.FindingsFile)
	if err != nil {
		return nil, err
	}
	var now bytes.Buffer
	o.All = true
	if err := render.Audit(&now, "json", result, o); err != nil {
		return nil, err
	}
	earlier, err := story.Read(before)
	if err != nil {
		return nil, err
	}
	later, err := story.Read(now.Bytes())
	if err != nil {
		return nil, err
	}
	told, err := story.Between(earlier, later)
	return &told, err
}
