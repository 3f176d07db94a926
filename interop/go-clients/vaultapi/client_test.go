// Package vaultapi uses Vault's own Go client.
package vaultapi

import (
	"context"
	"testing"
	"time"

	"github.com/hashicorp/vault/api"
)

func client(t *testing.T) *api.Client {
	t.Helper()
	c, err := api.NewClient(api.DefaultConfig()) // VAULT_ADDR and VAULT_TOKEN
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestKVv2(t *testing.T) {
	kv := client(t).KVv2("secret")
	ctx := context.Background()
	if _, err := kv.Put(ctx, "go/db", map[string]any{"password": "canary-go", "port": 5432}); err != nil {
		t.Fatal(err)
	}
	got, err := kv.Get(ctx, "go/db")
	if err != nil || got.Data["password"] != "canary-go" || got.VersionMetadata.Version != 1 {
		t.Fatalf("got %v, %v", got, err)
	}
	if _, err := kv.Patch(ctx, "go/db", map[string]any{"port": 5433}); err != nil {
		t.Fatal(err)
	}
	versions, err := kv.GetVersionsAsList(ctx, "go/db")
	if err != nil || len(versions) != 2 {
		t.Fatalf("got %v, %v", versions, err)
	}
	if err := kv.DeleteMetadata(ctx, "go/db"); err != nil {
		t.Fatal(err)
	}
	if _, err := kv.Get(ctx, "go/db"); err == nil {
		t.Fatal("a deleted secret was read")
	}
}

func TestKVv1AndList(t *testing.T) {
	c := client(t)
	if err := c.Sys().Mount("go1", &api.MountInput{Type: "kv", Options: map[string]string{"version": "1"}}); err != nil {
		t.Fatal(err)
	}
	if err := c.KVv1("go1").Put(context.Background(), "a/b", map[string]any{"k": "v"}); err != nil {
		t.Fatal(err)
	}
	list, err := c.Logical().List("go1/a")
	if err != nil || list.Data["keys"].([]any)[0] != "b" {
		t.Fatalf("got %v, %v", list, err)
	}
	if none, err := c.Logical().Read("go1/none"); none != nil || err != nil {
		t.Fatalf("got %v, %v", none, err)
	}
	if err := c.Sys().Unmount("go1"); err != nil {
		t.Fatal(err)
	}
}

func TestTokensLiveAndAreRenewedByTheLifetimeWatcher(t *testing.T) {
	c := client(t)
	made, err := c.Auth().Token().Create(&api.TokenCreateRequest{Policies: []string{"default"}, TTL: "3s"})
	if err != nil {
		t.Fatal(err)
	}
	child, _ := c.Clone()
	child.SetToken(made.Auth.ClientToken)
	watcher, err := child.NewLifetimeWatcher(&api.LifetimeWatcherInput{Secret: made, Increment: 3})
	if err != nil {
		t.Fatal(err)
	}
	go watcher.Start()
	defer watcher.Stop()
	select {
	case renewed := <-watcher.RenewCh():
		if renewed.Secret.Auth.LeaseDuration != 3 {
			t.Fatalf("got %v", renewed.Secret.Auth)
		}
	case err := <-watcher.DoneCh():
		t.Fatalf("ended: %v", err)
	case <-time.After(20 * time.Second):
		t.Fatal("not renewed in time")
	}
	self, err := child.Auth().Token().LookupSelf()
	if err != nil || self.Data["type"] != "service" {
		t.Fatalf("got %v, %v", self, err)
	}
}

func TestWrappingAndPolicies(t *testing.T) {
	c := client(t)
	if err := c.Sys().PutPolicy("go-reader", `path "secret/data/go/*" { capabilities = ["read"] }`); err != nil {
		t.Fatal(err)
	}
	text, err := c.Sys().GetPolicy("go-reader")
	if err != nil || text == "" {
		t.Fatalf("got %q, %v", text, err)
	}
	wrapping, _ := c.Clone()
	wrapping.SetToken(c.Token())
	wrapping.SetWrappingLookupFunc(func(string, string) string { return "60s" })
	wrapped, err := wrapping.Auth().Token().Create(&api.TokenCreateRequest{Policies: []string{"go-reader"}})
	if err != nil || wrapped.WrapInfo == nil || wrapped.WrapInfo.WrappedAccessor == "" {
		t.Fatalf("got %v, %v", wrapped, err)
	}
	inner, err := c.Logical().Unwrap(wrapped.WrapInfo.Token)
	if err != nil || inner.Auth.ClientToken == "" {
		t.Fatalf("got %v, %v", inner, err)
	}
	if _, err := c.Logical().Unwrap(wrapped.WrapInfo.Token); err == nil {
		t.Fatal("unwrapped twice")
	}
	reader, _ := c.Clone()
	reader.SetToken(inner.Auth.ClientToken)
	if _, err := reader.Logical().Read("secret/data/other"); err == nil {
		t.Fatal("read what no policy allows")
	}
}

func TestHealthAndMounts(t *testing.T) {
	c := client(t)
	health, err := c.Sys().Health()
	if err != nil || !health.Initialized || health.Sealed {
		t.Fatalf("got %v, %v", health, err)
	}
	mounts, err := c.Sys().ListMounts()
	if err != nil || mounts["secret/"] == nil || mounts["secret/"].Options["version"] != "2" {
		t.Fatalf("got %v, %v", mounts, err)
	}
	if _, err := c.Sys().CapabilitiesSelf("secret/data/x"); err != nil {
		t.Fatal(err)
	}
}
