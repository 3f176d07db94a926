package vaultapi

import (
	"bytes"
	"context"
	"testing"
)

// The client reads the archive to its end, and takes it only if the last file in it is SHA256SUMS.sealed.
func TestSnapshotSaveAndRestore(t *testing.T) {
	c := client(t)
	ctx := context.Background()
	put := func(value string) {
		t.Helper()
		if _, err := c.KVv2("secret").Put(ctx, "go/snapshot", map[string]any{"value": value}); err != nil {
			t.Fatal(err)
		}
	}
	put("before")
	var archive bytes.Buffer
	if err := c.Sys().RaftSnapshotWithContext(ctx, &archive); err != nil {
		t.Fatal(err)
	}
	put("after")
	if err := c.Sys().RaftSnapshotRestoreWithContext(ctx, bytes.NewReader(archive.Bytes()), false); err != nil {
		t.Fatal(err)
	}
	secret, err := c.KVv2("secret").Get(ctx, "go/snapshot")
	if err != nil || secret.Data["value"] != "before" {
		t.Fatalf("got %v, %v", secret, err)
	}
}
