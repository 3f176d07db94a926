// Package openbaoapi uses OpenBao's Go client.
package openbaoapi

import (
	"context"
	"os"
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
