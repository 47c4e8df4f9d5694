/** Northwind's tables as far as an order needs them; dates are text and money is a binary fraction, as there. */
export const schema = `
create table Categories (CategoryID integer primary key, CategoryName text, Description text);
create table Suppliers (SupplierID integer primary key, CompanyName text not null, ContactName text, City text, Country text, Phone text);
create table Shippers (ShipperID integer primary key, CompanyName text not null, Phone text);
create table Employees (EmployeeID integer primary key, LastName text, FirstName text, Title text, ReportsTo integer references Employees);
create table Customers (
  CustomerID text primary key, CompanyName text, ContactName text, ContactTitle text, Address text, City text, Region text,
  PostalCode text, Country text, Phone text, Fax text
);
create table Products (
  ProductID integer primary key, ProductName text not null, SupplierID integer references Suppliers,
  CategoryID integer references Categories, QuantityPerUnit text, UnitPrice numeric default 0 check (UnitPrice >= 0),
  UnitsInStock integer default 0, UnitsOnOrder integer default 0, ReorderLevel integer default 0, Discontinued text not null default '0'
);
create table Orders (
  OrderID integer primary key, CustomerID text references Customers, EmployeeID integer references Employees, OrderDate datetime,
  RequiredDate datetime, ShippedDate datetime, ShipVia integer references Shippers, Freight numeric default 0, ShipName text,
  ShipAddress text, ShipCity text, ShipRegion text, ShipPostalCode text, ShipCountry text
);
create table "Order Details" (
  OrderID integer not null references Orders, ProductID integer not null references Products, UnitPrice numeric not null default 0,
  Quantity integer not null default 1 check (Quantity > 0), Discount real not null default 0 check (Discount between 0 and 1),
  primary key (OrderID, ProductID)
);
create index OrdersOfCustomer on Orders (CustomerID);
`
