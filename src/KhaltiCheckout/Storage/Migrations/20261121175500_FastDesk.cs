using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace KhaltiCheckout.Storage.Migrations
{
    /// <inheritdoc />
    public partial class FastDesk : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            // The key turned round, by hand: EF Core would make a table that has its rows twice.
            migrationBuilder.Sql(global::KhaltiCheckout.Storage.Migrations.Sql.SearchTermsTable.WithoutRowId);

            migrationBuilder.CreateIndex(
                name: "IX_SearchTerms_Term_OrderId",
                table: "SearchTerms",
                columns: new[] { "Term", "OrderId" });

            migrationBuilder.CreateIndex(
                name: "IX_Payments_Unsettled",
                table: "Payments",
                column: "CompletedOn",
                filter: "\"CompletedOn\" IS NOT NULL AND \"Status\" NOT IN ('completed', 'partially_refunded', 'refunded')");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropPrimaryKey(
                name: "PK_SearchTerms",
                table: "SearchTerms");

            migrationBuilder.DropIndex(
                name: "IX_SearchTerms_Term_OrderId",
                table: "SearchTerms");

            migrationBuilder.DropIndex(
                name: "IX_Payments_Unsettled",
                table: "Payments");

            migrationBuilder.AddPrimaryKey(
                name: "PK_SearchTerms",
                table: "SearchTerms",
                columns: new[] { "Term", "OrderId" });

            migrationBuilder.CreateIndex(
                name: "IX_SearchTerms_OrderId",
                table: "SearchTerms",
                column: "OrderId");
        }
    }
}
