using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace KhaltiCheckout.Storage.Migrations
{
    /// <inheritdoc />
    public partial class LeastReader : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<int>(
                name: "FoundVersion",
                table: "DayCloses",
                type: "INTEGER",
                nullable: false,
                defaultValue: 1);

            migrationBuilder.CreateTable(
                name: "SchemaVersion",
                columns: table => new
                {
                    Id = table.Column<int>(type: "INTEGER", nullable: false),
                    LeastReader = table.Column<int>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_SchemaVersion", x => x.Id);
                });

            migrationBuilder.InsertData(
                table: "SchemaVersion",
                columns: new[] { "Id", "LeastReader" },
                values: new object[] { 1, 1 });

            migrationBuilder.Sql(global::KhaltiCheckout.Storage.Migrations.Sql.HeldAmounts.SqliteUp);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "SchemaVersion");

            migrationBuilder.DropColumn(
                name: "FoundVersion",
                table: "DayCloses");
        }
    }
}
