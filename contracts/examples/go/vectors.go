package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
)

type vectorKey struct {
	PublicKey
	Seed string `json:"seed"`
}

type vectorSeal struct {
	Name    string       `json:"name"`
	Sender  string       `json:"sender"`
	EventID string       `json:"event_id"`
	Sealed  SealedNumber `json:"sealed"`
	Number  *string      `json:"number"`
	Failure *string      `json:"failure"`
}

// vectors opens every vector, and prints a seal of its own for each that opens.
func vectors(content []byte) error {
	var file struct {
		Keys  []vectorKey  `json:"keys"`
		Seals []vectorSeal `json:"seals"`
	}
	if err := json.Unmarshal(content, &file); err != nil {
		return err
	}
	keys := map[string]vectorKey{}
	for _, key := range file.Keys {
		keys[key.KeyID] = key
	}
	var own []vectorSeal
	for _, vector := range file.Seals {
		key := keys[vector.Sealed.KeyID]
		number, err := open(vector.Sealed, key.Seed, vector.Sender, vector.EventID)
		if vector.Failure != nil {
			if err == nil || err.Error() != *vector.Failure {
				return fmt.Errorf("%s: expected %s, got %v", vector.Name, *vector.Failure, err)
			}
			continue
		}
		if err != nil || number != *vector.Number {
			return errors.Join(fmt.Errorf("%s: does not open to its number", vector.Name), err)
		}
		if vector.Sealed, err = seal(number, key.PublicKey, vector.Sender, vector.EventID); err != nil {
			return err
		}
		own = append(own, vector)
	}
	return json.NewEncoder(os.Stdout).Encode(own)
}
