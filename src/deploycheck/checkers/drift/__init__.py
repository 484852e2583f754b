"""How much the data of today differ from those the model was made for."""
