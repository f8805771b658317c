"""The vault, wired."""

from pathlib import Path
from typing import cast

from contracts.topics import INBOUND_RESIDENTS, NUMBERS_ANSWERS
from services.chassis.service import Service
from services.token_vault import api, commands, handlers, unborne
from services.token_vault.key_encryption import file_source
from services.token_vault.keyring import Keyring
from services.token_vault.settings import Settings
from services.token_vault.vault import Vault


def build(settings: Settings) -> Service:
    """The service; nothing is opened or read yet."""
    source = file_source(settings.vault_key_file, settings.vault_passphrase_file)
    vault = Vault(Keyring(source))
    return Service(
        settings=settings,
        migrations=Path(__file__).parent / "migrations",
        handlers={
            INBOUND_RESIDENTS: handlers.residents(vault),
            NUMBERS_ANSWERS: unborne.on_answers,
        },
        routers=[api.router],
        commands=commands.COMMANDS,
        state=vault,
        startup=_unlock,
    )


async def _unlock(service: Service) -> None:
    """Open the key file now rather than at the first number, so that a wrong passphrase stops the
    start. A missing file is ``init-keys``' to make."""
    if cast(Settings, service.settings).vault_key_file.exists():
        _ = cast(Vault, service.state).keyring.kek
