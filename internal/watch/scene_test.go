package watch

import (
	"maps"
	"slices"
)

// scene is a call that somebody makes, and what it needs to be told.
type scene struct {
	name   string
	event  map[string]any
	wanted func(w *world) bool
}

// identity is who CloudTrail says made a call.
type identity = map[string]any

func userIdentity(user, accessKey string) identity {
	return identity{"type": "IAMUser", "userName": user, "arn": userARN(user), "accessKeyId": accessKey}
}

func userARN(user string) string {
	if user == "alice" {
		return breakGlass
	}
	return "arn:aws:iam::" + account + ":user/" + user
}

func call(who identity, detail ...identity) map[string]any {
	d := identity{"eventType": "AwsApiCall", "eventSource": "ec2.amazonaws.com", "eventName": "RunInstances", "readOnly": false, "managementEvent": true, "userIdentity": who}
	for _, more := range detail {
		maps.Copy(d, more)
	}
	return map[string]any{"source": "aws.ec2", "detail-type": "AWS API Call via CloudTrail", "detail": d}
}

func (w *world) wants(k string) bool {
	return slices.ContainsFunc(w.watches, func(x Watch) bool { return x.Key == k })
}

func (w *world) identity(arn string) bool { return slices.Contains(w.policy.Identities, arn) }

// sessionsOf tells that what a user does with temporary credentials is wanted.
func (w *world) sessionsOf(user string) bool {
	return w.identity(userARN(user)) || w.policy.Sessions && slices.ContainsFunc(w.watches, func(x Watch) bool { return x.User == user })
}

// scenes are calls of everybody there is.
func scenes() []scene {
	issued := func(kind, arn, name string) identity {
		return identity{"sessionIssuer": identity{"type": kind, "arn": arn, "userName": name}}
	}
	all := []scene{
		{"root's key", call(identity{"type": "Root", "arn": "arn:aws:iam::" + account + ":root", "accessKeyId": "AKIAROOTROOTROOTROOT"}),
			func(w *world) bool { return w.wants(RootKey) }},
		{"root's console", call(identity{"type": "Root", "arn": "arn:aws:iam::" + account + ":root", "accessKeyId": "ASIAROOTROOTROOTROOT"}, identity{"sessionCredentialFromConsole": "true"}),
			func(w *world) bool { return w.policy.RootActivity }},
		{"a service for root", call(identity{"type": "Root", "arn": "arn:aws:iam::" + account + ":root", "invokedBy": "support.amazonaws.com"}),
			func(*world) bool { return false }},
		{"a session of the role", call(identity{"type": "AssumedRole", "arn": "arn:aws:sts::" + account + ":assumed-role/admin/x", "accessKeyId": "ASIAROLEROLEROLEROLE", "sessionContext": issued("Role", adminRole, "admin")}),
			func(w *world) bool { return w.identity(adminRole) }},
	}
	for _, k := range pool()[1:] {
		all = append(all, scene{k, call(userIdentity(ownerOf(k), k)), func(w *world) bool { return w.wants(k) || w.identity(userARN(ownerOf(k))) }})
	}
	for _, user := range []string{"alice", "bob"} {
		console := userIdentity(user, "ASIACONSOLECONSOLE00")
		all = append(all,
			scene{user + "'s session", call(userIdentity(user, "ASIASESSIONSESSION00")), func(w *world) bool { return w.sessionsOf(user) }},
			scene{user + "'s federation", call(identity{"type": "FederatedUser", "arn": "arn:aws:sts::" + account + ":federated-user/x", "accessKeyId": "ASIAFEDERATED0000000", "sessionContext": issued("IAMUser", userARN(user), user)}),
				func(w *world) bool { return w.sessionsOf(user) }},
			scene{user + "'s console", call(console, identity{"sessionCredentialFromConsole": "true"}), func(w *world) bool { return w.identity(userARN(user)) }},
			scene{user + "'s sign-in", call(userIdentity(user, ""), identity{"eventType": "AwsConsoleSignIn", "eventName": "ConsoleLogin"}), func(w *world) bool { return w.identity(userARN(user)) }},
			scene{user + "'s other key", call(userIdentity(user, "AKIAOTHEROTHEROTHER0")), func(w *world) bool { return w.identity(userARN(user)) }},
		)
	}
	return all
}

// heard counts the alerts that our rules raise for a scene in a Region.
func (w *world) heard(region string, s scene) int {
	n := 0
	for _, m := range w.Told(region, s.event) {
		if !w.others[m.Region][m.Rule] && slices.Contains(alertTargets(), m.To) {
			n++
		}
	}
	return n
}
