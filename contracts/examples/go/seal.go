package main

import (
	"crypto/ecdh"
	"crypto/hpke"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// PublicKey is what the vault's operator hands out.
type PublicKey struct {
	KeyID  string `json:"key_id"`
	Suite  string `json:"suite"`
	Public string `json:"public"` // Base64
}

// SealedNumber is an individual number sealed to a key of the vault.
type SealedNumber struct {
	KeyID      string `json:"key_id"`
	Suite      string `json:"suite"`
	Ciphertext string `json:"ciphertext"` // Base64 of enc || ct
}

// Reasons for which a seal does not open, as contracts/README.md lists them.
var (
	errMalformed    = errors.New("malformed")
	errNotAuthentic = errors.New("not_authentic")
	errNotANumber   = errors.New("not_a_number")
)

var twelveDigits = regexp.MustCompile(`^[0-9]{12}$`)

// By suite: the KEM, and the length of encapsulated key, twelve digits and a tag of sixteen bytes.
var (
	kems        = map[string]hpke.KEM{"hybrid": hpke.MLKEM768X25519(), "x25519": hpke.DHKEM(ecdh.X25519())}
	sealedBytes = map[string]int{"hybrid": 1120 + 12 + 16, "x25519": 32 + 12 + 16}
)

// info binds a seal to its purpose, its sender and its event.
func info(sender, eventID string) []byte {
	return []byte(strings.Join([]string{"nenkin-seal/1", "individual-number", sender, eventID}, "\n"))
}

func seal(number string, key PublicKey, sender, eventID string) (SealedNumber, error) {
	if !twelveDigits.MatchString(number) {
		return SealedNumber{}, errNotANumber
	}
	kem, known := kems[key.Suite]
	if !known {
		return SealedNumber{}, fmt.Errorf("unknown suite %q", key.Suite)
	}
	raw, err := base64.StdEncoding.DecodeString(key.Public)
	if err != nil {
		return SealedNumber{}, err
	}
	public, err := kem.NewPublicKey(raw)
	if err != nil {
		return SealedNumber{}, err
	}
	sealed, err := hpke.Seal(public, hpke.HKDFSHA256(), hpke.AES256GCM(), info(sender, eventID), []byte(number))
	if err != nil {
		return SealedNumber{}, err
	}
	return SealedNumber{key.KeyID, key.Suite, base64.StdEncoding.EncodeToString(sealed)}, nil
}

// open is the vault's side. An upstream system has no private key: it is here for the vectors.
func open(sealed SealedNumber, seed, sender, eventID string) (string, error) {
	raw, err := base64.StdEncoding.Strict().DecodeString(sealed.Ciphertext)
	if err != nil || len(raw) != sealedBytes[sealed.Suite] {
		return "", errMalformed
	}
	secret, err := hex.DecodeString(seed)
	if err != nil {
		return "", err
	}
	private, err := kems[sealed.Suite].NewPrivateKey(secret)
	if err != nil {
		return "", err
	}
	number, err := hpke.Open(private, hpke.HKDFSHA256(), hpke.AES256GCM(), info(sender, eventID), raw)
	if err != nil {
		return "", errNotAuthentic
	}
	if !twelveDigits.Match(number) {
		return "", errNotANumber
	}
	return string(number), nil
}
