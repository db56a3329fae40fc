// What the window's start is compared with: a Qt Widgets program with one list.
#include <QApplication>
#include <QListWidget>

int main(int argc, char **argv)
{
    QApplication application(argc, argv);
    QListWidget list;
    for (int i = 0; i < 100; ++i)
        list.addItem("Meme " + QString::number(i));
    list.resize(1100, 720);
    list.show();
    return QApplication::exec();
}
