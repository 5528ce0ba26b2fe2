using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace KhaltiCheckout.Storage.Migrations
{
    /// <inheritdoc />
    public partial class OrderNumbersAndWords : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "Number",
                table: "Orders",
                type: "TEXT",
                maxLength: 8,
                nullable: true);

            migrationBuilder.CreateIndex(
                name: "IX_Orders_Id_Unnumbered",
                table: "Orders",
                column: "Id",
                filter: "\"Number\" IS NULL");

            migrationBuilder.CreateIndex(
                name: "IX_Orders_Number",
                table: "Orders",
                column: "Number",
                unique: true,
                filter: "\"Number\" IS NOT NULL");

            migrationBuilder.Sql(global::KhaltiCheckout.Storage.Migrations.Sql.OrderWordsTables.IdEndUp);
            migrationBuilder.Sql(global::KhaltiCheckout.Storage.Migrations.Sql.OrderWordsTables.SqliteUp);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql(global::KhaltiCheckout.Storage.Migrations.Sql.OrderWordsTables.SqliteDown);
            migrationBuilder.Sql(global::KhaltiCheckout.Storage.Migrations.Sql.OrderWordsTables.IdEndDown);

            migrationBuilder.DropIndex(
                name: "IX_Orders_Id_Unnumbered",
                table: "Orders");

            migrationBuilder.DropIndex(
                name: "IX_Orders_Number",
                table: "Orders");

            migrationBuilder.DropColumn(
                name: "Number",
                table: "Orders");
        }
    }
}
