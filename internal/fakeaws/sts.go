package fakeaws

func (c *Cloud) getCallerIdentity(q *request) (any, *apiError) {
	return node("", leaf("Arn", q.caller.arn), leaf("UserId", q.caller.id), leaf("Account", c.opt.AccountID)), nil
}
