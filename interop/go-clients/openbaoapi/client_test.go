// Package openbaoapi uses OpenBao's Go client.
package openbaoapi

import (
	"context"
	"os"
	"strings"
	"testing"

	"github.com/openbao/openbao/api/v2"
)

func client(t *testing.T) *api.Client {
	t.Helper()
	config := api.DefaultConfig()
	config.Address = os.Getenv("VAULT_ADDR")
	c, err := api.NewClient(config)
	if err != nil {
		t.Fatal(err)
	}
	c.SetToken(os.Getenv("VAULT_TOKEN"))
	return c
}

func TestSecretsArePagedThrough(t *testing.T) {
	c := client(t)
	for _, name := range []string{"a", "b", "c", "d"} {
		if _, err := c.KVv2("secret").Put(context.Background(), "bao/"+name, map[string]any{"n": name}); err != nil {
			t.Fatal(err)
		}
	}
	page, err := c.Logical().ListPage("secret/metadata/bao", "b", 1)
	if err != nil || len(page.Data["keys"].([]any)) != 1 || page.Data["keys"].([]any)[0] != "c" {
		t.Fatalf("got %v, %v", page, err)
	}
}

func TestSealStatusAndTokens(t *testing.T) {
	c := client(t)
	status, err := c.Sys().SealStatus()
	if err != nil || status.Sealed {
		t.Fatalf("got %v, %v", status, err)
	}
	made, err := c.Auth().Token().CreateOrphan(&api.TokenCreateRequest{Policies: []string{"default"}, TTL: "1h"})
	if err != nil || !made.Auth.Orphan {
		t.Fatalf("got %v, %v", made, err)
	}
	if err := c.Auth().Token().RevokeAccessor(made.Auth.Accessor); err != nil {
		t.Fatal(err)
	}
}

func TestJSONMergePatch(t *testing.T) {
	c := client(t)
	ctx := context.Background()
	if _, err := c.KVv2("secret").Put(ctx, "bao/patch", map[string]any{"a": "1", "b": "2"}); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Logical().JSONMergePatch(ctx, "secret/data/bao/patch", map[string]any{"data": map[string]any{"b": nil}}); err != nil {
		t.Fatal(err)
	}
	got, err := c.KVv2("secret").Get(ctx, "bao/patch")
	if err != nil || len(got.Data) != 1 {
		t.Fatalf("got %v, %v", got, err)
	}
}

func TestARequestBringsItsLoginAlong(t *testing.T) {
	root := client(t)
	if err := root.Sys().EnableAuth("bao-inline", "userpass", ""); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = root.Sys().DisableAuth("bao-inline") }()
	if err := root.Sys().PutPolicy("bao-inline", `path "secret/data/bao/inline" { capabilities = ["create", "read"] }`); err != nil {
		t.Fatal(err)
	}
	if _, err := root.Logical().Write("auth/bao-inline/users/ada", map[string]any{"password": "right", "token_policies": "bao-inline"}); err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	c, err := root.WithInlineAuth("auth/bao-inline/login/ada", map[string]any{"password": "right"})
	if err != nil || c.Token() != "" {
		t.Fatal(err)
	}
	if _, err := c.KVv2("secret").Put(ctx, "bao/inline", map[string]any{"n": "1"}); err != nil {
		t.Fatal(err)
	}
	if got, err := c.KVv2("secret").Get(ctx, "bao/inline"); err != nil || got.Data["n"] != "1" {
		t.Fatalf("got %v, %v", got, err)
	}
	if _, err := c.KVv2("secret").Get(ctx, "bao/other"); err == nil {
		t.Fatal("read what its policy does not give")
	}
	c, err = root.WithInlineAuth("auth/bao-inline/login/ada", map[string]any{"password": "right"}, api.InlineWithOperation("alias-lookahead"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.KVv2("secret").Get(ctx, "bao/inline"); err == nil || !strings.Contains(err.Error(), "expected a valid login operation") {
		t.Fatalf("got %v", err)
	}
}
