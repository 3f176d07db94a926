package vaultapi

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/hashicorp/vault/api"
)

func TestWithNamespace(t *testing.T) {
	root := client(t)
	ctx := context.Background()
	if _, err := root.Logical().Write("sys/namespaces/go-team", map[string]any{"custom_metadata": map[string]any{"owner": "alice"}}); err != nil {
		t.Fatal(err)
	}
	team := root.WithNamespace("go-team")
	if _, err := team.Logical().Write("sys/namespaces/sub", nil); err != nil {
		t.Fatal(err)
	}
	sub := root.WithNamespace("go-team/sub")
	for _, c := range []*api.Client{team, sub} {
		if err := c.Sys().Mount("secret", &api.MountInput{Type: "kv-v2"}); err != nil {
			t.Fatal(err)
		}
		if _, err := c.KVv2("secret").Put(ctx, "x", map[string]any{"at": c.Headers().Get("X-Vault-Namespace")}); err != nil {
			t.Fatal(err)
		}
	}
	got, err := root.KVv2("go-team/sub/secret").Get(ctx, "x")
	if err != nil || got.Data["at"] != "go-team/sub" {
		t.Fatalf("got %v, %v", got, err)
	}
	if err := team.Sys().PutPolicy("admin", `path "*" { capabilities = ["create", "read", "update", "delete", "list", "sudo"] }`); err != nil {
		t.Fatal(err)
	}
	made, err := team.Auth().Token().Create(&api.TokenCreateRequest{Policies: []string{"admin"}, TTL: "1h"})
	if err != nil {
		t.Fatal(err)
	}
	admin, err := root.Clone()
	if err != nil {
		t.Fatal(err)
	}
	admin.SetToken(made.Auth.ClientToken)
	admin.SetNamespace("go-team/")
	self, err := admin.Auth().Token().LookupSelf()
	if err != nil || self.Data["namespace_path"] != "go-team/" {
		t.Fatalf("got %v, %v", self, err)
	}
	if _, err := admin.WithNamespace("go-team/sub").KVv2("secret").Get(ctx, "x"); err != nil {
		t.Fatal(err)
	}
	_, err = admin.WithNamespace("").Sys().ListMounts()
	if refused, ok := err.(*api.ResponseError); !ok || refused.StatusCode != http.StatusForbidden {
		t.Fatalf("a team's token was answered in the root: %v", err)
	}
	if _, err := admin.Sys().Health(); err == nil || !strings.Contains(err.Error(), "operation unavailable in namespaces") {
		t.Fatalf("what is the server's was answered in a namespace: %v", err)
	}
	wrapping, err := admin.Clone()
	if err != nil {
		t.Fatal(err)
	}
	wrapping.SetToken(admin.Token())
	wrapping.SetNamespace("go-team/")
	wrapping.SetWrappingLookupFunc(func(string, string) string { return "60s" })
	wrapped, err := wrapping.Logical().Read("secret/data/x")
	if err != nil || wrapped.WrapInfo == nil {
		t.Fatalf("got %v, %v", wrapped, err)
	}
	if unwrapped, err := admin.Logical().Unwrap(wrapped.WrapInfo.Token); err != nil || unwrapped.Data["data"].(map[string]any)["at"] != "go-team" {
		t.Fatalf("got %v, %v", unwrapped, err)
	}
	if _, err := root.Logical().Delete("sys/namespaces/go-team"); err == nil || !strings.Contains(err.Error(), "containing child namespaces") {
		t.Fatalf("one with a child in it was removed: %v", err)
	}
	if _, err := team.Logical().Delete("sys/namespaces/sub"); err != nil {
		t.Fatal(err)
	}
	if _, err := root.Logical().Delete("sys/namespaces/go-team"); err != nil {
		t.Fatal(err)
	}
	if _, err := admin.Auth().Token().LookupSelf(); err == nil {
		t.Fatal("a token outlived its namespace")
	}
	if _, err := team.Sys().ListMounts(); err == nil || !strings.Contains(err.Error(), "namespace not found") {
		t.Fatalf("got %v", err)
	}
}
