package cli

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/dogwatch-dev/dogwatch/internal/app"
)

// verifyFlags are what store verify was asked for.
type verifyFlags struct {
	output
	dataFlags
	heads []string
	key   string
}

func storeVerifyCommand(env *Env) *cobra.Command {
	var f verifyFlags
	cmd := &cobra.Command{
		Use:   "verify",
		Short: "Prove that no record of the store was altered or removed",
		Long: `Reads everything, sums every record anew, and follows the chain of sums from the first to
the last. What retention dropped is known. The store alone proves that nobody altered it
by mistake or in part; heads that "store head" gave and that were kept elsewhere prove
that nobody made all of it anew.`,
		Example: "  dogwatch store verify\n  dogwatch store verify --head heads.jsonl --key 3d40...",
		Args:    arguments(0, 0, "no arguments"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := f.check(env); err != nil {
				return err
			}
			return f.run(cmd.Context(), env)
		},
	}
	f.flags(cmd, "table", "json")
	f.dataFlag(cmd)
	cmd.Flags().StringArrayVar(&f.heads, "head", nil, "hold the records against the heads in a file, a line each (repeatable)")
	cmd.Flags().StringVar(&f.key, "key", "", "the public key that all heads must be signed with, in hexadecimal")
	return cmd
}

func (f *verifyFlags) run(ctx context.Context, env *Env) error {
	heads, err := readHeads(f.heads, f.key)
	if err != nil {
		return err
	}
	s, err := f.open(env, app.StoreOptions{ReadOnly: true})
	if err != nil {
		return err
	}
	defer leave(s)
	m := newMeter(env, f.quiet)
	proof, err := s.Verify(ctx, heads, func(p app.StoreProgress) {
		m.show(fmt.Sprintf("%d of %d segments", p.Segments, p.Of), p.Bytes, 0, p.Records)
	})
	m.clear()
	if err != nil {
		return unread(err)
	}
	return showProof(env, &f.output, &proof)
}

// readHeads reads heads from files and checks who signed them.
func readHeads(files []string, keyText string) (heads []app.StoreHead, err error) {
	var key []byte
	if keyText != "" {
		if key, err = hex.DecodeString(keyText); err != nil {
			return nil, usage("--key: it is not hexadecimal")
		}
		if len(files) == 0 {
			return nil, usage("--key is for the heads that --head gives, and there is none")
		}
	}
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			return nil, usage("--head: %w", err)
		}
		before := len(heads)
		for dec := json.NewDecoder(bytes.NewReader(data)); ; {
			var h app.StoreHead
			err := dec.Decode(&h)
			if errors.Is(err, io.EOF) {
				break
			}
			if err == nil {
				err = app.CheckHead(h, key)
			}
			if err != nil {
				return nil, usage("--head %q: %w", name, err)
			}
			heads = append(heads, h)
		}
		if len(heads) == before {
			return nil, usage("--head %q: there is no head in it", name)
		}
	}
	return heads, nil
}

func showProof(env *Env, o *output, p *app.StoreProof) error {
	if o.isJSON() {
		doc := struct {
			Records int64         `json:"records"`
			First   int64         `json:"first"`
			Last    int64         `json:"last"`
			Heads   int           `json:"heads"`
			Head    app.StoreHead `json:"head"`
			Wrong   []string      `json:"wrong"`
		}{p.Records, p.FirstSeq, p.LastSeq, p.Heads, p.Head, append([]string{}, p.Wrong...)}
		if err := o.writeJSON(env.Stdout, doc); err != nil {
			return err
		}
	} else {
		for _, w := range p.Wrong {
			fmt.Fprintf(env.Stdout, "wrong: %s\n", oneLine(w))
		}
		fmt.Fprintf(env.Stdout, "%s verified, %d to %d, %s held against\n", plural(p.Records, "record"), p.FirstSeq, p.LastSeq, plural(int64(p.Heads), "head"))
		if len(p.Wrong) == 0 {
			fmt.Fprintf(env.Stdout, "nothing was altered or removed; the head is %s\n", p.Head.Chain)
		}
	}
	if len(p.Wrong) > 0 {
		return said(ExitFindings)
	}
	return nil
}

func storeHeadCommand(env *Env) *cobra.Command {
	var f struct {
		dataFlags
		sign string
	}
	cmd := &cobra.Command{
		Use:   "head",
		Short: "Print what all records amount to, to be kept elsewhere",
		Long: `Prints a line of JSON: the number of the last record and the chain of sums up to it. Kept
where whoever can write the store cannot write, it proves later with "store verify
--head" that no record before it was altered. With --sign it is signed with the ed25519
key whose seed, 64 hexadecimal digits, stands in a file.`,
		Example: "  dogwatch store head >> heads.jsonl\n  dogwatch store head --sign /etc/dogwatch/seed | curl --data-binary @- https://example.com/heads",
		Args:    arguments(0, 0, "no arguments"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, err := f.open(env, app.StoreOptions{ReadOnly: true})
			if err != nil {
				return err
			}
			defer leave(s)
			status, err := s.Status(cmd.Context())
			if err != nil {
				return unread(err)
			}
			head := status.Head
			if f.sign != "" {
				if head, err = signed(head, f.sign); err != nil {
					return err
				}
			}
			return encode(env.Stdout, head, false)
		},
	}
	f.dataFlag(cmd)
	cmd.Flags().StringVar(&f.sign, "sign", "", "sign the head with the ed25519 seed in a file")
	return cmd
}

func signed(h app.StoreHead, file string) (app.StoreHead, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return h, usage("--sign: %w", err)
	}
	seed, err := hex.DecodeString(strings.TrimSpace(string(text)))
	if err != nil {
		return h, usage("--sign %q: it is not hexadecimal", file)
	}
	if h, err = app.SignHead(h, seed); err != nil {
		return h, usage("--sign %q: %w", file, err)
	}
	return h, nil
}
