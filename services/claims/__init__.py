"""Claims to benefits: for now to unpaid benefits on a death (未支給年金, NPA art. 19)."""
