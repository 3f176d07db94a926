package vaultapi

import (
	"context"
	"encoding/json"
	"os"
	"testing"

	"github.com/hashicorp/vault/api"
	"github.com/hashicorp/vault/api/auth/approle"
	"github.com/hashicorp/vault/api/auth/userpass"
)

// enable mounts an auth method at a path of its own.
func enable(t *testing.T, c *api.Client, path, kind string) {
	t.Helper()
	if err := c.Sys().EnableAuthWithOptions(path, &api.EnableAuthOptions{Type: kind}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Sys().DisableAuth(path) })
}

func write(t *testing.T, c *api.Client, path string, data map[string]any) *api.Secret {
	t.Helper()
	secret, err := c.Logical().Write(path, data)
	if err != nil {
		t.Fatal(err)
	}
	return secret
}

func nobody(t *testing.T) *api.Client {
	t.Helper()
	c := client(t)
	c.ClearToken()
	return c
}

func TestAppRoleHelper(t *testing.T) {
	root := client(t)
	enable(t, root, "go-approle", "approle")
	write(t, root, "auth/go-approle/role/job", map[string]any{"token_policies": "default", "token_ttl": "10m", "secret_id_ttl": "5m"})
	role, err := root.Logical().Read("auth/go-approle/role/job/role-id")
	if err != nil {
		t.Fatal(err)
	}
	roleID := role.Data["role_id"].(string)
	secretID := write(t, root, "auth/go-approle/role/job/secret-id", nil).Data["secret_id"].(string)

	auth, err := approle.NewAppRoleAuth(roleID, &approle.SecretID{FromString: secretID}, approle.WithMountPath("go-approle"))
	if err != nil {
		t.Fatal(err)
	}
	c := nobody(t)
	secret, err := c.Auth().Login(context.Background(), auth)
	if err != nil || secret.Auth.Metadata["role_name"] != "job" || secret.Auth.LeaseDuration != 600 || !secret.Auth.Renewable {
		t.Fatalf("got %v, %v", secret, err)
	}
	if self, err := c.Auth().Token().LookupSelf(); err != nil || self.Data["path"] != "auth/go-approle/login" {
		t.Fatalf("got %v, %v", self, err)
	}
}

func TestAppRoleHelperWithAWrappedSecretID(t *testing.T) {
	root := client(t)
	enable(t, root, "go-wrapped", "approle")
	write(t, root, "auth/go-wrapped/role/job", map[string]any{"role_id": "go-job"})
	wrapping, err := root.Clone()
	if err != nil {
		t.Fatal(err)
	}
	wrapping.SetToken(root.Token())
	wrapping.SetWrappingLookupFunc(func(string, string) string { return "1m" })
	wrapped := write(t, wrapping, "auth/go-wrapped/role/job/secret-id", nil)
	auth, err := approle.NewAppRoleAuth("go-job", &approle.SecretID{FromString: wrapped.WrapInfo.Token}, approle.WithMountPath("go-wrapped"), approle.WithWrappingToken())
	if err != nil {
		t.Fatal(err)
	}
	if secret, err := nobody(t).Auth().Login(context.Background(), auth); err != nil || secret.Auth.ClientToken == "" {
		t.Fatalf("got %v, %v", secret, err)
	}
	if _, err := nobody(t).Auth().Login(context.Background(), auth); err == nil {
		t.Fatal("a wrapped secret id was had twice")
	}
}

func TestUserpassHelper(t *testing.T) {
	root := client(t)
	enable(t, root, "go-userpass", "userpass")
	write(t, root, "auth/go-userpass/users/ada", map[string]any{"password": "right", "token_policies": "default"})
	if err := os.Setenv("GO_USERPASS", "right"); err != nil {
		t.Fatal(err)
	}
	auth, err := userpass.NewUserpassAuth("ada", &userpass.Password{FromEnv: "GO_USERPASS"}, userpass.WithMountPath("go-userpass"))
	if err != nil {
		t.Fatal(err)
	}
	c := nobody(t)
	if secret, err := c.Auth().Login(context.Background(), auth); err != nil || secret.Auth.Metadata["username"] != "ada" {
		t.Fatalf("got %v, %v", secret, err)
	}
	if _, err := c.Auth().Token().RenewSelf(0); err != nil {
		t.Fatal(err)
	}
}

func TestLockoutIsTunedByTheClient(t *testing.T) {
	root := client(t)
	enable(t, root, "go-lockout", "userpass")
	disable := false
	err := root.Sys().TuneMount("auth/go-lockout", api.MountConfigInput{UserLockoutConfig: &api.UserLockoutConfigInput{LockoutThreshold: "2", LockoutDuration: "1h", LockoutCounterResetDuration: "1h", DisableLockout: &disable}})
	if err != nil {
		t.Fatal(err)
	}
	tuned, err := root.Logical().Read("sys/mounts/auth/go-lockout/tune")
	if err != nil || tuned.Data["user_lockout_threshold"].(json.Number).String() != "2" || tuned.Data["user_lockout_disable"] != false {
		t.Fatalf("got %v, %v", tuned, err)
	}
	write(t, root, "auth/go-lockout/users/ada", map[string]any{"password": "right"})
	c := nobody(t)
	for i := 0; i < 2; i++ {
		if _, err := c.Logical().Write("auth/go-lockout/login/ada", map[string]any{"password": "wrong"}); err.(*api.ResponseError).StatusCode != 400 {
			t.Fatal(err)
		}
	}
	if _, err := c.Logical().Write("auth/go-lockout/login/ada", map[string]any{"password": "right"}); err.(*api.ResponseError).StatusCode != 403 {
		t.Fatal(err)
	}
}
