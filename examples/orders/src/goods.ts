/** Categories, each with products, their packing and list price. */
export const goods: Readonly<Record<string, readonly (readonly [product: string, packing: string, price: number])[]>> = {
  Beverages: [['Cloudberry Cordial', '12 - 500 ml bottles', 21.5], ['Highland Tea', '10 boxes x 20 bags', 18], ['Mint Lemonade', '24 - 330 ml bottles', 14.4], ['Stout of the Harbour', '24 - 0.5 l bottles', 19.05], ['Arabica Roast', '16 - 500 g tins', 46], ['Apple Must', '6 - 1 l bottles', 9.9]],
  Condiments: [['Lingonberry Jam', '12 - 400 g jars', 24.95], ['Sweet Mustard', '20 - 250 g tubes', 10.35], ['Harissa', '24 - 140 g tins', 17.2], ['Maple Syrup', '24 - 500 ml bottles', 28.5], ['Sea Salt Flakes', '30 - 125 g boxes', 7.45]],
  Confections: [['Almond Marzipan', '16 kg pkg.', 62.5], ['Date Bars', '48 pieces', 13.25], ['Shortbread Tin', '10 boxes x 8 pieces', 12.5], ['Butter Waffles', '24 packs', 9.5], ['Dark Chocolate 70 %', '40 - 100 g bars', 32.8], ['Aniseed Drops', '100 - 50 g bags', 14]],
  'Dairy Products': [['Brown Cheese', '10 - 500 g pkgs.', 36], ['Farmhouse Cheddar', '5 kg wheel', 55], ['Cultured Butter', '40 - 250 g', 21.35], ['Goat Camembert', '15 - 300 g rounds', 34], ['Skyr', '24 - 450 g cups', 16.8]],
  'Grains/Cereals': [['Crispbread', '24 - 500 g pkgs.', 21], ['Basmati', '20 - 2 kg bags', 38], ['Rye Flour', '16 - 2 kg bags', 14.15], ['Couscous', '20 - 1 kg bags', 19.5], ['Rolled Oats', '12 - 1 kg bags', 9.65]],
  'Meat/Poultry': [['Cured Leg of Lamb', '1 - 3 kg piece', 97], ['Smoked Elk Sausage', '30 - 250 g', 43.9], ['Duck Confit', '12 - 750 g tins', 123.79], ['Bratwurst', '50 bags x 30 sausgs.', 39.45]],
  Produce: [['Dried Apricots', '50 - 300 g pkgs.', 53], ['Medjool Dates', '10 - 1 kg boxes', 45.6], ['Sauerkraut', '25 - 825 g cans', 26.5], ['Sun-dried Tomatoes', '12 - 280 g jars', 23.25]],
  Seafood: [['Stockfish', '10 kg bale', 187.3], ['Pickled Herring', '24 - 250 g jars', 19], ['Smoked Trout', '12 - 400 g sides', 49.5], ['King Prawns', '10 - 1 kg boxes', 81], ['Mackerel in Tomato', '48 - 170 g tins', 9.2]],
}
